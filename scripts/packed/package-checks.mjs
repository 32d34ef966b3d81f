import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { run } from './child.mjs';

/** All that the package may hold. The example apps and the tests are for who clones the repository. */
const allowed = [
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
  /^dist\/asset\/[\w-]+\.js$/,
  /^dist\/bin\/migrations\.js(\.map)?$/,
  /^dist\/(authoring|bundler|cli|client|core|lambda|lib|sandbox)\/[\w/-]+\.(js|js\.map|d\.ts)$/,
];

/** The package is made, and installed as a user would. */
export async function checkPackage(chapter, { repository, folder, app, env }) {
  let tarball;
  await chapter.check('npm pack makes the package', async () => {
    await run('npm', ['pack', '--pack-destination', folder], { cwd: repository, env, limit: 180 });
    tarball = join(
      folder,
      readdirSync(folder).find((name) => name.endsWith('.tgz')),
    );
    return `${kilobytes(statSync(tarball).size)} in ${basename(tarball)}`;
  });
  await chapter.check('npm install puts it into a copy of examples/orders', async () => {
    cpSync(join(repository, 'examples/orders'), app, { recursive: true, filter: isSource });
    // The versions that the lock file has are in npm's cache already.
    const peers = ['aws-cdk-lib', 'constructs'].map(
      (name) => `${name}@${versionOf(join(repository, 'node_modules', name))}`,
    );
    const options = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
    await run('npm', ['install', ...options, tarball, ...peers], { cwd: app, env, limit: 240 });
  });
}

export async function checkContent(chapter, { repository, app }) {
  const installed = join(app, 'node_modules/cdk-migrations');
  await chapter.check('the package holds only what it should', async () => {
    const files = listFiles(installed);
    const strange = files.filter((file) => !allowed.some((pattern) => pattern.test(file)));
    assert.deepEqual(strange, []);
    const bytes = files.reduce((sum, file) => sum + statSync(join(installed, file)).size, 0);
    return `${files.length} files, ${kilobytes(bytes)} unpacked`;
  });
  await chapter.check('nothing in it knows the folder where it was made', async () => {
    const telling = listFiles(installed).filter((file) => readFileSync(join(installed, file)).includes(repository));
    assert.deepEqual(telling, []);
  });
}

function isSource(path) {
  return !/(^|\/)(node_modules|cdk\.out|\.sandbox|[^/]+\.tgz)$/.test(path);
}

function versionOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
}

function listFiles(folder) {
  const names = readdirSync(folder, { recursive: true });
  return names.filter((name) => statSync(join(folder, name)).isFile()).sort();
}

function kilobytes(bytes) {
  return `${Math.round(bytes / 1024)} KB`;
}
