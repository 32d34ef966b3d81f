import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { writeAssembly } from '../helpers/assembly';
import { runCommand } from '../helpers/run-command';

const root = mkdtempSync(join(tmpdir(), 'cfn-sandbox-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const database = {
  Cluster: {
    Type: 'AWS::RDS::DBCluster',
    DeletionPolicy: 'Delete',
    Properties: {
      Engine: 'aurora-postgresql',
      DatabaseName: 'app',
      DBClusterIdentifier: 'main',
      EnableHttpEndpoint: true,
      MasterUsername: 'postgres',
      MasterUserPassword: 'secret-secret',
    },
  },
  Writer: {
    Type: 'AWS::RDS::DBInstance',
    Properties: {
      Engine: 'aurora-postgresql',
      DBClusterIdentifier: { Ref: 'Cluster' },
      DBInstanceClass: 'db.serverless',
    },
  },
};

const version = (value: string) => ({
  Version: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: value } },
});

describe('cfn-sandbox', () => {
  it('deploys an assembly, runs SQL, destroys and resets, without any migrations', async () => {
    const app = writeAssembly({ Data: { template: { Resources: database } } });
    const here = ['--state', join(root, 'life'), '--json'];
    const json = async (...args: readonly string[]) => JSON.parse((await runCommand([...args, ...here])).stdout);

    expect(await json('deploy', '--app', app)).toMatchObject({ stack: 'Data', status: 'CREATE_COMPLETE' });
    expect(await json('sql', 'main/app', 'SELECT 40 + 2 AS answer')).toEqual([{ answer: 42 }]);
    expect(await json('destroy')).toMatchObject({ status: 'DELETE_COMPLETE' });
    expect(await json('reset', '--yes')).toMatchObject({ deleted: true });
    expect(existsSync(join(root, 'life'))).toBe(false);
  });

  it('runs the app that cdk.json names, and keeps its state in .sandbox', async () => {
    const project = mkdtempSync(join(root, 'project-'));
    const assembly = writeAssembly({ Web: { template: { Resources: version('one') } } });
    writeFileSync(join(project, 'cdk.json'), JSON.stringify({ app: `cp -r ${assembly}/. "$CDK_OUTDIR"` }));

    const { exitCode, stdout } = await runCommand(['deploy'], project);

    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/\nWeb: CREATE_COMPLETE\n$/)]);
    expect(existsSync(join(project, '.sandbox/cdk.out/manifest.json'))).toBe(true);
  });

  it('ends with 3 when a stack needs repair, and names its own commands', async () => {
    const state = ['--state', join(root, 'kept')];
    const deploy = (value: string, ...more: readonly string[]) =>
      runCommand([
        'deploy',
        ...state,
        '--app',
        writeAssembly({ Web: { template: { Resources: version(value) } } }),
        ...more,
      ]);
    await deploy('one');

    const kept = await deploy('two', '--no-rollback', '--fail', 'Version');
    expect([kept.exitCode, kept.stdout]).toEqual([3, expect.stringContaining('`cfn-sandbox rollback --stack Web`')]);
    expect((await runCommand(['rollback', '--stack', 'Web', ...state])).exitCode).toBe(0);
  });

  it.each([
    ['an unknown command', ['deplyo'], /^USAGE: Unknown command 'deplyo'\.\n {2}hint: Did you mean deploy\?/],
    ['a folder without a sandbox', ['sql', 'a/b', 'SELECT 1', '--state', 'nowhere'], /^NO_SANDBOX: .*\n {2}hint: /],
    ['a folder without an app', ['deploy', '--state', 'new'], /^USAGE: There is no app to deploy/],
    ['an assembly without the stack', ['deploy', '--state', 'new', '--stack', 'Wbe'], /has no stack 'Wbe'/],
  ])('%s ends with 2 and says what to do', async (what, args, message) => {
    const assembly = writeAssembly({ Web: { template: { Resources: version('one') } } });
    const app = what.includes('stack') ? ['--app', assembly] : [];
    const { exitCode, stdout, stderr } = await runCommand([...args, ...app], root);

    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  it('refuses a name that is no CLUSTER/DATABASE', async () => {
    const state = ['--state', join(root, 'named')];
    const app = writeAssembly({ Web: { template: { Resources: version('one') } } });
    await runCommand(['deploy', ...state, '--app', app]);

    const { exitCode, stdout } = await runCommand(['sql', 'users', 'SELECT 1', '--json', ...state]);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'USAGE', hint: expect.stringMatching(/CLUSTER\/DATABASE/) },
    });
  });

  it('prints the version of its package', async () => {
    const manifest = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { version: string };
    expect(await runCommand(['--version'])).toEqual({ exitCode: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  it('shows its help and ends with 2 when it is given no command', async () => {
    const { exitCode, stderr } = await runCommand([]);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/^Usage: cfn-sandbox .*\n\nA local AWS in a folder/)]);
  });
});
