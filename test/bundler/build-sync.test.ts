import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { buildBundle } from '../../bundler';
import { buildBundleSync, checkMigrationsSync } from '../../bundler/build-sync';
import { parseBundle } from '../../core/bundle/bundle-file';
import { errorOf, migrationsFolder, tableSql } from '../support/migrations-folder';

const root = join(__dirname, '../..');
const files = {
  'users/1.0.0_a.sql': tableSql('a'),
  'users/1.1.0_b.ts':
    "import { sql } from 'cdk-migrations/authoring';\nconsole.log('loaded');\nexport default sql({ dependsOn: ['1.0.0'], irreversible: true, up: async () => {} });\n",
};

beforeAll(() => {
  if (!existsSync(join(root, 'dist/bundler/main.js')))
    execFileSync(process.execPath, [join(root, 'scripts/build.mjs')]);
});

// The migration prints a line each time it is loaded.
beforeEach(() => void jest.spyOn(process.stderr, 'write').mockReturnValue(true));
afterEach(() => void jest.restoreAllMocks());

describe('buildBundleSync', () => {
  it('writes the same bundle as buildBundle, whatever a migration prints', async () => {
    const folder = migrationsFolder(files);
    const outputFolder = join(mkdtempSync(join(tmpdir(), 'bundle-')), 'new');
    const { revision, file, manifest } = buildBundleSync({ folder, outputFolder });
    expect(process.stderr.write).toHaveBeenCalledWith('loaded\n');
    expect(revision).toBe((await buildBundle({ folder })).revision);
    expect(file).toBe(join(outputFolder, `${revision}.json`));
    expect(parseBundle(readFileSync(file), revision).migrations).toHaveLength(2);
    expect(manifest).toMatchObject({
      revision,
      heads: ['users/1.1.0'],
      migrations: [{ id: 'users/1.0.0' }, { id: 'users/1.1.0' }],
    });
  });

  it('throws the errors that buildBundle throws', async () => {
    const broken = { 'users/1.0.0_a.sql': '-- migrate:up\nselect from where;\n', 'stray.txt': '' };
    for (const folder of [migrationsFolder(broken), '/nowhere/migrations']) {
      const expected = await errorOf(() => buildBundle({ folder }));
      const error = await errorOf(() => buildBundleSync({ folder, outputFolder: tmpdir() }));
      const facts = ({ code, message, hint, location, payload }: typeof error) => ({
        code,
        message,
        hint,
        location,
        payload,
      });
      expect(facts(error)).toEqual(facts(expected));
      expect(error.errors.map(facts)).toEqual(expected.errors.map(facts));
    }
  });

  it('throws BUNDLER_FAILED when its own process fails', async () => {
    const request = { folder: migrationsFolder(files), outputFolder: '/dev/null/no-folder' };
    expect(await errorOf(() => buildBundleSync(request))).toMatchObject({
      code: 'BUNDLER_FAILED',
      message: expect.stringContaining('no-folder'),
    });
  });

  it('stops a process that a migration keeps from ending', async () => {
    const source = files['users/1.1.0_b.ts'].replace("dependsOn: ['1.0.0'], ", '');
    const loop = { 'users/1.0.0_a.ts': `(async () => { for (;;) await null; })();\n${source}` };
    expect(await errorOf(() => checkMigrationsSync({ folder: migrationsFolder(loop) }, 2_000))).toMatchObject({
      code: 'BUNDLER_FAILED',
      message: expect.stringContaining('2 s'),
      hint: expect.stringContaining('only declare'),
    });
  });

  it('does not wait for what a migration has left running', async () => {
    const server = "import { createServer } from 'node:net';\ncreateServer().listen(0);\n";
    const left = { 'users/1.0.0_a.ts': `${server}${files['users/1.1.0_b.ts'].replace("dependsOn: ['1.0.0'], ", '')}` };
    expect(checkMigrationsSync({ folder: migrationsFolder(left) }).manifest.heads).toEqual(['users/1.0.0']);
  });

  it('works where the package is installed, and gives the same revision there', async () => {
    const installed = join(mkdtempSync(join(tmpdir(), 'installed-')), 'node_modules/cdk-migrations');
    cpSync(join(root, 'dist'), join(installed, 'dist'), { recursive: true });
    cpSync(join(root, 'package.json'), join(installed, 'package.json'));
    symlinkSync(join(root, 'node_modules'), join(installed, 'node_modules'));
    const folder = migrationsFolder(files);
    const script = `process.stdout.write(JSON.stringify(require(process.argv[1]).buildBundleSync(JSON.parse(process.argv[2]))))`;
    const request = JSON.stringify({ folder, outputFolder: mkdtempSync(join(tmpdir(), 'bundle-')) });
    const program = join(installed, 'dist/bundler/build-sync.js');
    const answer = execFileSync(process.execPath, ['-e', script, program, request], { stdio: 'pipe' });
    expect(JSON.parse(answer.toString()).revision).toBe((await buildBundle({ folder })).revision);
  });
});
