import assert from 'node:assert/strict';
import { cpSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.mjs';
import { kilobytes, listFiles } from './files.mjs';

const always = /^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/;

/** All that a package may hold, by name. The example apps and the tests are for who clones the repository. */
const allowed = {
  'cdk-migrations': [
    always,
    /^dist\/asset\/[\w-]+\.js$/,
    /^dist\/bin\/migrations\.js$/,
    /^dist\/(authoring|bundler|cli|core|lambda|lib)\/[\w/-]+\.(js|d\.ts)$/,
  ],
  '@cdk-migrations/sandbox': [always, /^dist\/[\w/-]+\.(js|mjs|d\.ts)$/],
  '@cdk-migrations/client': [always, /^dist\/[\w-]+\.(js|d\.ts)$/],
};

/** What an install for these checks never needs to do. */
export const installOptions = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];

/** Makes the packages, and returns where each is, by its name. */
export async function checkPacking(chapter, { repository, folder, env }) {
  const tarballs = {};
  await chapter.check('npm pack makes the packages', async () => {
    const args = ['pack', '--json', '--workspaces', '--include-workspace-root', '--pack-destination', folder];
    const { stdout } = await run('npm', args, { cwd: repository, env, limit: 180 });
    for (const { name, filename } of packedIn(stdout)) tarballs[name] = join(folder, filename);
    assert.deepEqual(Object.keys(tarballs).sort(), Object.keys(allowed).sort());
    const sizes = Object.entries(tarballs).map(([name, file]) => `${name} ${kilobytes(statSync(file).size)}`);
    return sizes.join(', ');
  });
  return tarballs;
}

export async function checkInstalling(chapter, { repository, app, env, tarballs }) {
  await chapter.check('npm install puts them into a copy of examples/orders', async () => {
    cpSync(join(repository, 'examples/orders'), app, { recursive: true, filter: isSource });
    // The versions that the lock file has are in npm's cache already.
    const peers = ['aws-cdk-lib', 'constructs'].map(
      (name) => `${name}@${versionOf(join(repository, 'node_modules', name))}`,
    );
    const args = ['install', ...installOptions, ...Object.values(tarballs), ...peers];
    await run('npm', args, { cwd: app, env, limit: 240 });
  });
}

export async function checkContent(chapter, { repository, app }) {
  for (const [name, patterns] of Object.entries(allowed)) {
    const installed = join(app, 'node_modules', name);
    await chapter.check(`${name} holds only what it should`, async () => {
      const files = listFiles(installed);
      const strange = files.filter((file) => !patterns.some((pattern) => pattern.test(file)));
      assert.deepEqual(strange, []);
      const bytes = files.reduce((sum, file) => sum + statSync(join(installed, file)).size, 0);
      return `${files.length} files, ${kilobytes(bytes)} unpacked`;
    });
    await chapter.check(`nothing in ${name} knows the folder where it was made`, async () => {
      const telling = listFiles(installed).filter((file) => readFileSync(join(installed, file)).includes(repository));
      assert.deepEqual(telling, []);
    });
  }
}

/** What builds print comes before the document, in lines of its own. Newer versions of npm print an object. */
function packedIn(stdout) {
  const start = /^[[{]$/m.exec(stdout);
  return Object.values(JSON.parse(stdout.slice(start?.index)));
}

function isSource(path) {
  return !/(^|\/)(node_modules|cdk\.out|\.sandbox|[^/]+\.tgz)$/.test(path);
}

function versionOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
}
