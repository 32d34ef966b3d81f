import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { writeAssembly } from '../helpers/assembly';
import { runCommand, startCommand } from '../helpers/run-command';
import { functions } from '../helpers/templates';
import { until } from '../helpers/until';

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

/** On a database that is there already: to start one takes a second. */
async function checkSql(here: readonly string[]): Promise<void> {
  const json = async (...args: readonly string[]) => {
    const { exitCode, stdout } = await runCommand(['sql', ...args, ...here]);
    return [exitCode, JSON.parse(stdout)];
  };
  const file = join(root, 'seed.sql');
  writeFileSync(file, "CREATE TABLE t (a text);\n-- why; so\nINSERT INTO t VALUES (';');\nSELECT a FROM t;\n");
  expect(await json('main/app', '-f', file)).toEqual([0, [[], [], [{ a: ';' }]]]);

  // The Data API has no answer for these types; a person wants to see them all the same.
  const odd = `SELECT 't'::regclass AS a, 'x'::"char" AS b, ARRAY[1, NULL] AS c, 9007199254740993 AS d, 1 AS d`;
  expect(await json('main/app', odd)).toEqual([0, [{ a: 't', b: 'x', c: '{1,NULL}', d: '9007199254740993', d_2: 1 }]]);

  writeFileSync(file, 'INSERT INTO t VALUES (1);\n\nSELEC 2;');
  expect(await json('main/app', '-f', file)).toEqual([
    1,
    {
      error: {
        code: 'STATEMENT_FAILED',
        message: expect.stringMatching(/seed\.sql:3: ERROR: syntax error at or near "SELEC"/),
      },
    },
  ]);
  expect(await json('main/app', 'SELECT 1; SELECT 2')).toEqual([
    1,
    {
      error: {
        code: 'STATEMENT_FAILED',
        message: expect.stringMatching(/Multistatements aren't supported/),
        hint: 'Put several statements into a file: --file FILE.',
      },
    },
  ]);
  writeFileSync(file, 'BEGIN;\nINSERT INTO t VALUES (2);\nCOMMIT;');
  expect(await json('main/app', '-f', file)).toMatchObject([
    2,
    { error: { code: 'USAGE', message: expect.stringMatching(/:1: "BEGIN"/) } },
  ]);
  expect(await json('mian/app', 'SELECT 1')).toMatchObject([
    2,
    {
      error: {
        code: 'DBClusterNotFoundFault',
        message: 'DBCluster mian not found. There are: main/app, main/postgres.',
      },
    },
  ]);
  expect(await json('main/apps', 'SELECT 1')).toMatchObject([
    2,
    { error: { message: expect.stringMatching(/There are: main\/app/) } },
  ]);
  expect(await json('main/app')).toMatchObject([
    2,
    { error: { code: 'USAGE', message: 'Give either a statement or --file.' } },
  ]);
}

describe('cfn-sandbox', () => {
  it('deploys an assembly, runs SQL, destroys and resets, without any migrations', async () => {
    const app = writeAssembly({ Data: { template: { Resources: database } } });
    const here = ['--state', join(root, 'life'), '--json'];
    const json = async (...args: readonly string[]) => JSON.parse((await runCommand([...args, ...here])).stdout);

    expect(await json('deploy', '--app', app)).toMatchObject({ stack: 'Data', status: 'CREATE_COMPLETE' });
    expect(await json('sql', 'main/app', 'SELECT 40 + 2 AS answer')).toEqual([{ answer: 42 }]);
    await checkSql(here);
    expect(await json('destroy')).toMatchObject({ status: 'DELETE_COMPLETE' });
    expect(await json('reset', '--yes')).toMatchObject({ deleted: true });
    expect(existsSync(join(root, 'life'))).toBe(false);
  });

  it('runs the app that cdk.json names, and keeps its state in .sandbox', async () => {
    const project = mkdtempSync(join(root, 'project-'));
    const assembly = writeAssembly({ Web: { template: { Resources: version('one') } } });
    writeFileSync(join(project, 'cdk.json'), JSON.stringify({ app: `cp -r ${assembly}/. "$CDK_OUTDIR"` }));

    const { exitCode, stdout } = await runCommand(['deploy'], project);

    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^Synthesizing\.\.\.\n.*\nWeb: CREATE_COMPLETE\n$/s)]);
    expect(existsSync(join(project, '.sandbox/cdk.out/manifest.json'))).toBe(true);
  });

  it('lists stacks, their events and their outputs', async () => {
    const state = ['--state', join(root, 'listed')];
    const template = {
      Resources: version('one'),
      Outputs: { Value: { Value: { 'Fn::GetAtt': ['Version', 'Value'] } } },
    };
    await runCommand([
      'deploy',
      ...state,
      '--app',
      writeAssembly({ Web: { template }, Empty: { template: { Resources: version('x') } } }),
    ]);
    const json = async (...args: readonly string[]) =>
      JSON.parse((await runCommand([...args, ...state, '--json'])).stdout);

    expect(await json('stacks')).toMatchObject([
      { stack: 'Web', status: 'CREATE_COMPLETE', outputs: { Value: 'one' }, nested: false },
      { stack: 'Empty', status: 'CREATE_COMPLETE', outputs: {} },
    ]);
    expect(await json('outputs')).toEqual({ Web: { Value: 'one' }, Empty: {} });
    expect(await json('outputs', '--stack', 'Web')).toEqual({ Web: { Value: 'one' } });
    expect(await json('events', '--stack', 'Web', '--last', '2')).toMatchObject([
      { stack: 'Web', logicalId: 'Version', status: 'CREATE_COMPLETE' },
      { stack: 'Web', logicalId: 'Web', status: 'CREATE_COMPLETE' },
    ]);
    const unknown = await runCommand(['events', '--stack', 'Wbe', ...state]);
    expect([unknown.exitCode, unknown.stderr]).toEqual([
      2,
      expect.stringMatching(/Wbe does not exist\. There are: Web, Empty/),
    ]);
    const destroyed = await runCommand(['destroy', '--stack', 'Wbe', ...state]);
    expect([destroyed.exitCode, destroyed.stderr]).toEqual([
      2,
      expect.stringMatching(/Wbe does not exist\. There are: /),
    ]);
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

  it('finds out that a --postgres server cannot be used before anything is deployed, and does not remember it', async () => {
    const state = ['--state', join(root, 'elsewhere')];
    const app = writeAssembly({ Web: { template: { Resources: version('one') } } });
    const url = 'postgresql://someone:very-secret@127.0.0.1:1/postgres';
    const { exitCode, stdout, stderr } = await runCommand(['deploy', ...state, '--app', app, '--postgres', url]);

    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^POSTGRES_UNUSABLE: .* at postgresql:\/\/someone:\*\*\*@127\.0\.0\.1:1\/postgres cannot be used: /,
    );
    expect(stderr).not.toContain('very-secret');
    expect((await runCommand(['deploy', ...state, '--app', app])).exitCode).toBe(0);
  });

  it('prints the result when the stack is at rest, and then says what it waits for', async () => {
    const state = ['--state', join(root, 'busy')];
    const done = join(root, 'done');
    const code = `exports.handler = async (event) => {
      const { StackId, RequestId, LogicalResourceId } = event;
      const body = JSON.stringify({ Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, PhysicalResourceId: 'x' });
      await fetch(event.ResponseURL, { method: 'PUT', body, headers: { 'content-type': '' } });
      while (!require('node:fs').existsSync(${JSON.stringify(done)})) await new Promise((resolve) => setTimeout(resolve, 20));
    };`;
    const thing = { Type: 'Custom::Thing', Properties: { ServiceToken: { 'Fn::GetAtt': ['Slow', 'Arn'] } } };
    const stack = functions({ Slow: { code, properties: { Timeout: 20 } } }, { Thing: thing });
    const deploying = startCommand(['deploy', ...state, '--app', writeAssembly({ Web: stack })]);

    await deploying.prints(/\nWeb: CREATE_COMPLETE\n$/);
    const waiting = 'Waiting for what still runs, 30 s at the most: function Slow\n';
    await until(
      async () => deploying.stderr(),
      (text) => text === waiting,
    );
    writeFileSync(done, '');
    expect([await deploying.ended, deploying.stderr()]).toEqual([0, waiting]);
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
