import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const common = ['--noEmit', '--strict', '--target', 'es2022', '--types', 'node'];

/** The declarations work in a user's project, whichever way it resolves modules. */
export async function checkTypes(chapter, { repository, app, user }) {
  // As ES module and, by its name, as CommonJS.
  for (const name of ['types.mts', 'types.cts']) {
    copyFileSync(join(repository, 'test/fixtures/packed/user-types.mts'), join(app, name));
  }
  writeFileSync(join(app, 'from-readme.mts'), migrationInReadme(repository));
  const compile = (...args) => {
    const compiler = join(repository, 'node_modules/typescript/bin/tsc');
    const typeRoots = ['--typeRoots', join(repository, 'node_modules/@types')];
    return user.run(process.execPath, [compiler, ...common, ...typeRoots, ...args], { limit: 120 });
  };
  await chapter.check('its types work with node16 resolution, from ES modules and CommonJS', async () => {
    await compile('--module', 'node16', 'types.mts', 'types.cts');
  });
  await chapter.check('its types work with node resolution, which `cdk init` sets up', async () => {
    copyFileSync(join(repository, 'test/fixtures/packed/user-types.mts'), join(app, 'types.ts'));
    const options = ['--moduleResolution', 'node', '--ignoreDeprecations', '6.0', '--esModuleInterop'];
    await compile('--module', 'commonjs', ...options, 'types.ts');
  });
  await chapter.check('its types work with bundler resolution, and the migration in README.md has them', async () => {
    await compile('--module', 'preserve', '--moduleResolution', 'bundler', 'types.mts', 'from-readme.mts');
  });
}

function migrationInReadme(repository) {
  const readme = readFileSync(join(repository, 'README.md'), 'utf8');
  const [, code] = /```ts\n(\/\/ migrations\/.*?)```/s.exec(readme) ?? [];
  assert.ok(code, 'README.md has no TypeScript migration');
  return code;
}
