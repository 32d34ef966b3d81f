import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { type JsonError, runCli, runJson } from '../support/run-cli';

const repository = join(__dirname, '../..');
const root = mkdtempSync(join(tmpdir(), 'cli-package-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const newFolder = () => mkdtempSync(join(root, 'project-'));

/** Our package as installed where nothing but its own dependencies is. */
function installAlone(): string {
  const installed = join(newFolder(), 'node_modules/cdk-migrations');
  cpSync(join(repository, 'dist'), join(installed, 'dist'), { recursive: true });
  cpSync(join(repository, 'package.json'), join(installed, 'package.json'));
  const modules = join(repository, 'node_modules');
  mkdirSync(join(installed, 'node_modules'));
  for (const name of readdirSync(modules).filter((entry) => entry !== '@cdk-migrations')) {
    symlinkSync(join(modules, name), join(installed, 'node_modules', name));
  }
  return join(installed, 'dist/bin/migrations.js');
}

/** A project with a package of the sandbox's name that only tells what it is asked for. */
function projectWithSandbox(): string {
  const project = newFolder();
  const main = join(project, 'node_modules/@cdk-migrations/sandbox/index.js');
  mkdirSync(dirname(main), { recursive: true });
  writeFileSync(
    main,
    `exports.SandboxError = class SandboxError extends Error {};
     exports.runCommandLine = async (args, { name }) => { console.log([name, ...args].join(' ')); return 3; };`,
  );
  return project;
}

describe('without the package of the sandbox', () => {
  const program = installAlone();

  it.each([
    ['sandbox deploy', ['sandbox', 'deploy']],
    ['the help of the sandbox', ['sandbox', '--help']],
    ['status of a sandbox', ['status', '--state', 'anywhere']],
  ])('%s ends with 1 and says how to install it', async (_what, args) => {
    const { exitCode, stdout, stderr } = await runCli(args, { program, cwd: root });

    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^SANDBOX_NOT_INSTALLED: .*\n {2}hint: npm install --save-dev @cdk-migrations\/sandbox\n$/);
  });

  it('reports that with --json as well', async () => {
    const { exitCode, json } = await runJson<JsonError>(['sandbox', 'start'], { program, cwd: root });

    expect([exitCode, json.error.code]).toEqual([1, 'SANDBOX_NOT_INSTALLED']);
  });

  it('the other commands work, and the help lists the sandbox as well', async () => {
    const { exitCode, stdout } = await runCli(['--help'], { program, cwd: root });

    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^ {2}sandbox .*A local AWS in a folder/m)]);
    expect((await runCli(['validate', '--migrations', join(repository, 'migrations')], { program })).exitCode).toBe(0);
  });

  it('the package of the project in which it is run is used', async () => {
    const { stdout } = await runCli(['sandbox', 'deploy'], { program, cwd: projectWithSandbox() });

    expect(stdout).toBe('migrations sandbox deploy\n');
  });
});

describe('the package of the project', () => {
  it('takes precedence over the one next to the program, and gets the command line as it was typed', async () => {
    const line = ['sandbox', 'sql', 'users', 'SELECT 1', '--unknown', '--stack', 'A', '-x', '--json'];
    const { exitCode, stdout } = await runCli(line, { cwd: projectWithSandbox() });

    expect(stdout).toBe(`migrations ${line.join(' ')}\n`);
    expect(exitCode).toBe(3);
  });
});

it('`help sandbox` shows the commands of the sandbox', async () => {
  const { exitCode, stdout } = await runCli(['help', 'sandbox']);

  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^Usage: migrations sandbox /);
  expect(stdout).toMatch(/^ {2}continue-rollback /m);
});
