import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { join } from 'node:path';
import { run } from './child.mjs';
import { bytesOnDisk, listFiles, packagesIn } from './files.mjs';
import { installOptions } from './package-checks.mjs';

const megabyte = 1024 * 1024;
const limits = { megabytes: 52, packages: 50, megabytesOfConstruct: 15 };

/** Where a synth begins to load us: the construct, the process that bundles migrations, and what migration files import. */
const entriesOfSynth = ['lib/index.js', 'bundler/main.js', 'authoring/index.js'];
/** The app of the user has them anyway. */
const peers = ['aws-cdk-lib', 'constructs'];

/** The library in an empty folder: with what it depends on, and nothing of what its user chooses. */
export async function checkSizes(chapter, { folder, env, tarballs }) {
  const cwd = join(folder, 'alone');
  const installed = join(cwd, 'node_modules/cdk-migrations');
  const { check } = chapter;

  await check('npm install of the library alone, without its peers', async () => {
    mkdirSync(cwd);
    writeFileSync(join(cwd, 'package.json'), '{}');
    const args = ['install', ...installOptions, '--omit=peer', tarballs['cdk-migrations']];
    await run('npm', args, { cwd, env, limit: 120 });
    assert.ok(!existsSync(join(cwd, 'node_modules/@cdk-migrations/sandbox')), 'the sandbox came with it');
    assert.ok(!existsSync(join(cwd, 'node_modules/aws-cdk-lib')), 'its peers came with it');
  });
  await check(`it takes at most ${limits.megabytes} MB in at most ${limits.packages} packages`, async () => {
    const packages = packagesIn(join(cwd, 'node_modules'));
    const bytes = bytesOnDisk([join(cwd, 'node_modules')]);
    const found = `${megabytes(bytes)} in ${packages.length} packages`;
    assert.ok(bytes <= limits.megabytes * megabyte && packages.length <= limits.packages, found);
    return found;
  });
  await check(`what a synth loads of it takes at most ${limits.megabytesOfConstruct} MB`, async () => {
    const dist = join(installed, 'dist');
    const { files, packages: direct } = loadedFrom(entriesOfSynth.map((entry) => join(dist, entry)));
    const packages = withDependencies(
      [...direct].filter((name) => !peers.includes(name)),
      installed,
    );
    // The functions are read to be deployed.
    const bytes = bytesOnDisk([...files, join(dist, 'asset'), ...packages]);
    const names = packages.map((path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
    const found = `${megabytes(bytes)}, with ${names.sort().join(', ')}`;
    assert.ok(bytes <= limits.megabytesOfConstruct * megabyte, found);
    return found;
  });
  await check('whatever it imports is installed with it, and whatever is installed for it is imported', async () => {
    const { dependencies } = manifestOf(installed);
    const folders = ['authoring', 'bin', 'bundler', 'cli', 'core', 'lambda', 'lib'];
    const imported = new Set(folders.flatMap((room) => importedIn(join(installed, 'dist', room))));
    // The SDK inside lambda/aws/seldom-clients.js looks for it, and does without.
    imported.delete('@aws-sdk/signature-v4-crt');
    assert.deepEqual([...imported].filter((name) => !peers.includes(name)).sort(), Object.keys(dependencies).sort());
  });
  await check('its commands work, and say how to install the sandbox', async () => {
    const { version } = manifestOf(installed);
    const { stdout } = await run('npx', ['migrations', '--version'], { cwd, env });
    assert.equal(stdout.trim(), version);
    const { stderr } = await run('npx', ['migrations', 'sandbox', 'deploy'], { cwd, env, exit: 1 });
    assert.match(stderr, /^SANDBOX_NOT_INSTALLED: .*npm install --save-dev @cdk-migrations\/sandbox/ms);
  });
}

/** Names of the packages that built files load. */
function importedIn(folder) {
  const files = listFiles(folder).filter((file) => file.endsWith('.js'));
  return files.flatMap((file) => specifiersIn(join(folder, file)).filter(isPackage).map(packageName));
}

/** The built files that these ones lead to, themselves included, and the names of the packages that all of them load. */
function loadedFrom(entries) {
  const files = new Set();
  const packages = new Set();
  const visit = (file) => {
    if (files.has(file)) return;
    files.add(file);
    const { resolve } = createRequire(file);
    for (const specifier of specifiersIn(file)) {
      if (specifier.startsWith('.')) visit(resolve(specifier));
      else if (isPackage(specifier)) packages.add(packageName(specifier));
    }
  };
  for (const entry of entries) visit(entry);
  return { files, packages };
}

function specifiersIn(file) {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/\b(?:require|import)\(\s*"([^"]+)"\s*\)/g)].map(([, specifier]) => specifier);
}

function isPackage(specifier) {
  return !specifier.startsWith('.') && !isBuiltin(specifier);
}

/** Folders of packages and of all that they depend on, as they are found from a folder. */
function withDependencies(names, from, seen = new Set()) {
  for (const name of names) {
    const folder = folderOf(name, from);
    if (folder === undefined || seen.has(folder)) continue;
    seen.add(folder);
    const { dependencies, optionalDependencies } = manifestOf(folder);
    withDependencies(Object.keys({ ...dependencies, ...optionalDependencies }), folder, seen);
  }
  return [...seen];
}

/** Undefined for an optional dependency that is not for this platform. */
function folderOf(name, from) {
  const paths = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  return paths.map((path) => join(path, name)).find((folder) => existsSync(join(folder, 'package.json')));
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

function packageName(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function megabytes(bytes) {
  return `${(bytes / megabyte).toFixed(1)} MB`;
}
