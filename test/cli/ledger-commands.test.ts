import type { ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ScopeStatus } from '../../cli/status/status';
import type { AuditEvent } from '../../core/ledger/state';
import { ledgerOutputDescription } from '../../core/wire';
import { keyOf, sortKeys, toItem } from '../../lambda/aws/ledger-table';
import { SsmClaims } from '../../lambda/aws/ssm-claims';
import { type Release, synthLifecycleApp, temporaryFolder } from '../support/lifecycle-app';
import { migrationsFolder } from '../support/migrations-folder';
import { type JsonError, runCli, runJson, startCli } from '../support/run-cli';

/**
 * One app through its life, by commands only. They go through a sandbox that is kept up, as on a developer's machine,
 * and their SDK clients find it by endpoint, as they would find AWS.
 */
const { path: root, remove } = temporaryFolder();
const state = mkdtempSync(join(root, 'state-'));
const here = ['--state', state];
const scope = 'App/Migrations';
let server: ChildProcess;
let dynamodb: DynamoDBClient;
let table: string;

const releaseA: Release = {
  'users/1.0.0_create_users.sql':
    '-- migrate:up\nCREATE TABLE users (id int PRIMARY KEY);\n-- migrate:down\nDROP TABLE users;\n',
  'meals/1.0.0_create_plans.ts': `import { createTable, dynamodb } from 'cdk-migrations/authoring';
export default dynamodb({ up: [createTable({ table: 'plans', partitionKey: { name: 'id', type: 'S' } })] });
`,
};

/** Its down fails until there is a table that must be created by hand. */
const releaseB: Release = {
  ...releaseA,
  'users/1.1.0_add_email.sql': `-- depends-on: 1.0.0
-- migrate:up
ALTER TABLE users ADD COLUMN email text;
-- migrate:down
INSERT INTO approvals VALUES (1);
ALTER TABLE users DROP COLUMN email;
`,
};

interface Deployed {
  readonly status: string;
  readonly outputs: Readonly<Record<string, string>>;
}

function deploy(release: Release, sibling: string, ...more: readonly string[]) {
  const assembly = synthLifecycleApp(root, { stack: 'App', release, sibling });
  return runJson<Deployed>(['sandbox', 'deploy', ...here, '--app', assembly, ...more]);
}

const status = (...more: readonly string[]) => runJson<ScopeStatus>(['status', ...here, ...more]);
const sql = (statement: string) => runJson<readonly unknown[]>(['sandbox', 'sql', 'users', statement, ...here]);

beforeAll(async () => {
  server = startCli(['sandbox', 'start', ...here, '--json']);
  const endpoint = await new Promise<string>((resolve, reject) => {
    server.on('exit', (code) => reject(new Error(`start ended with ${code}`)));
    server.stdout?.setEncoding('utf8').once('data', (text: string) => resolve(/http:[^"]+/.exec(text)![0]));
  });
  const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' };
  dynamodb = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  const { exitCode, json } = await deploy(releaseA, 'one');
  if (exitCode !== 0) throw new Error(`The first deployment ended ${json.status}.`);
  const location = Object.values(json.outputs).find((value) => value.includes(`"scope":"${scope}"`));
  table = (JSON.parse(location ?? '{}') as { table: string }).table;
});

afterAll(() => {
  dynamodb.destroy();
  server.removeAllListeners('exit');
  server.kill('SIGKILL');
  remove();
});

it('the ledger is found by an output whose description is a contract', () => {
  expect(ledgerOutputDescription).toBe('cdk-migrations: where the ledger is');
  expect(table).toMatch(/^App-/);
});

describe('status', () => {
  it('shows what is applied', async () => {
    const { exitCode, json } = await status();
    expect(exitCode).toBe(0);
    expect(Object.keys(json)).toEqual(['scope', 'revision', 'state', 'heads', 'targets']);
    expect(json).toMatchObject({ scope, revision: expect.stringMatching(/^[0-9a-f]{64}$/), state: 'idle' });
    expect(json.heads).toEqual(['meals/1.0.0', 'users/1.0.0']);
    expect(json.targets.map(({ name, engine, pending }) => [name, engine, pending])).toEqual([
      ['meals', 'dynamodb', []],
      ['users', 'aurora-postgresql', []],
    ]);
    expect(json.targets[1]?.applied).toEqual([
      {
        ...{ version: '1.0.0', name: 'create users', kind: 'sql', state: 'applied' },
        building: [],
        baselined: false,
        appliedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        durationMs: expect.any(Number),
        checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
        deployment: expect.any(String),
      },
    ]);
  });

  it('shows the same with --stack, and when the endpoints come from the environment as in AWS', async () => {
    const { json } = await status('--stack', 'App');
    const started = JSON.parse(
      (await runCli(['status', '--stack', 'App', '--json'], { env: await environment() })).stdout,
    );
    expect(started).toEqual(json);
  });

  it('compares a local folder with what is applied', async () => {
    const { json } = await status('--migrations', migrationsFolder(releaseB));
    expect(json.targets[1]?.pending).toEqual([{ version: '1.1.0', name: 'add email', kind: 'sql' }]);
    const edited = {
      ...releaseA,
      'users/1.0.0_create_users.sql': `${releaseA['users/1.0.0_create_users.sql']}\n-- edited\n`,
    };
    const refused = await runJson<JsonError>(['status', ...here, '--migrations', migrationsFolder(edited)]);
    expect([refused.exitCode, refused.json.error.code]).toEqual([2, 'CHECKSUM_MISMATCH']);
  });

  it('suggests a scope for one that does not exist', async () => {
    const { exitCode, json } = await runJson<JsonError>(['status', ...here, '--scope', 'App/Migration']);
    expect([exitCode, json.error.code, json.error.hint]).toEqual([2, 'SCOPE_NOT_FOUND', `Did you mean ${scope}?`]);
    const none = await runJson<JsonError>(['status', ...here, '--stack', 'Other']);
    expect([none.exitCode, none.json.error.message]).toEqual([2, 'Stack with id Other does not exist']);
    expect(none.json.error.hint).toBe(`This looked in the sandbox ${state}. Leave out --state for a stack in AWS.`);
    const inAws = await runCli(['status', '--stack', 'Other'], { cwd: root, env: await environment() });
    expect([inAws.exitCode, inAws.stderr]).toEqual([
      2,
      expect.stringMatching(/^SCOPE_NOT_FOUND: .*\n {2}hint: This looked in AWS\. Add --state DIR for a sandbox\.\n$/),
    ]);
  });
});

describe('sql', () => {
  it('finds a database by its target, and prints rows', async () => {
    await sql('INSERT INTO users VALUES (1), (2)');
    expect((await sql('SELECT id FROM users ORDER BY id')).json).toEqual([{ id: 1 }, { id: 2 }]);
    const text = await runCli(['sandbox', 'sql', 'users', 'SELECT id FROM users ORDER BY id', ...here]);
    expect(text.stdout).toBe('id\n--\n1\n2\n(2 rows)\n');
  });

  it('ends with 2 for an unknown target, and with 1 for a statement that fails', async () => {
    const unknown = await runJson<JsonError>(['sandbox', 'sql', 'user', 'SELECT 1', ...here]);
    expect([unknown.exitCode, unknown.json.error.hint]).toEqual([2, 'Did you mean users?']);
    const wrong = await runCli(['sandbox', 'sql', 'users', 'SELEC 1', ...here]);
    expect([wrong.exitCode, wrong.stderr]).toEqual([1, expect.stringMatching(/syntax error at or near "SELEC"/)]);
  });
});

describe('unlock', () => {
  const lease = (item: Record<string, unknown>) =>
    dynamodb.send(
      new PutItemCommand({
        TableName: table,
        Item: { ...toItem({ token: 41, ...item }), ...keyOf(scope, sortKeys.lease) },
      }),
    );
  const held = (expiresAt: number) =>
    lease({
      holderId: 'execution-1',
      description: 'migrations Update',
      acquiredAt: '2026-01-01T00:00:00.000Z',
      expiresAt,
    });
  const unlock = (...more: readonly string[]) => runCli(['unlock', ...here, ...more]);

  it('reports that a scope is not locked', async () => {
    expect(await unlock()).toMatchObject({ exitCode: 0, stdout: `${scope} is not locked.\n` });
  });

  it('refuses while the holder is alive, and revokes the lease by force with its token', async () => {
    await held(Date.now() + 60_000);
    const refused = await unlock();
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/LEASE_HELD: .*execution-1 \(migrations Update\), since 2026-01-01T00:00:00.000Z/);
    expect(refused.stderr).toMatch(/migrations unlock --force --token 41/);
    const repair = await runCli(['repair', ...here]);
    expect(repair.stdout).toMatch(/nothing to repair/);
    const wrong = await unlock('--force', '--token', '40');
    expect([wrong.exitCode, wrong.stderr]).toEqual([1, expect.stringMatching(/does not have token 40 but 41/)]);
    expect((await unlock('--force', '--token', '41')).exitCode).toBe(0);
    expect((await unlock()).stdout).toBe(`${scope} is not locked.\n`);
  });

  it('releases a lease that has expired', async () => {
    await held(Date.now() - 1000);
    const { exitCode, json } = await runJson<Record<string, unknown>>(['unlock', ...here]);
    expect([exitCode, json]).toEqual([
      0,
      { scope, freed: true, lease: expect.objectContaining({ holder: 'execution-1', token: 41 }) },
    ]);
  });
});

describe('a rollback that fails', () => {
  it('ends with 3 and leaves the scope failed', async () => {
    const { exitCode, json } = await deploy(releaseB, 'two', '--fail', 'Sibling');
    expect([exitCode, json.status]).toEqual([3, 'UPDATE_ROLLBACK_FAILED']);
    expect((await status()).json.state).toBe('failed');
  });

  it('is repaired once its cause is fixed; until then repair ends with 3 and the reason', async () => {
    const failed = await runJson<Record<string, unknown>>(['repair', ...here]);
    expect(failed.exitCode).toBe(3);
    expect(failed.json).toMatchObject({ scope, state: 'failed', reason: expect.stringMatching(/approvals/) });
    await sql('CREATE TABLE approvals (id int)');
    const { exitCode, json } = await runJson<Record<string, unknown>>(['repair', ...here]);
    expect([exitCode, json['state'], json['failure']]).toEqual([0, 'idle', null]);
    expect(
      (await sql("SELECT count(*)::int AS n FROM information_schema.columns WHERE column_name = 'email'")).json,
    ).toEqual([{ n: 0 }]);
  });

  it('is continued by CloudFormation after the repair', async () => {
    const continued = await runJson<Deployed>(['sandbox', 'continue-rollback', '--stack', 'App', ...here]);
    expect([continued.exitCode, continued.json.status]).toEqual([0, 'UPDATE_ROLLBACK_COMPLETE']);
    expect((await status()).json).toMatchObject({ state: 'idle', heads: ['meals/1.0.0', 'users/1.0.0'] });
  });
});

describe('history', () => {
  it('is a chain of all events', async () => {
    const { json } = await runJson<readonly AuditEvent[]>(['history', ...here]);
    expect(Object.keys(json[0] ?? {})).toEqual(
      expect.arrayContaining([
        'at',
        'actor',
        'deployment',
        'type',
        'target',
        'version',
        'detail',
        'hash',
        'previousHash',
      ]),
    );
    expect(json.slice(1).map(({ previousHash }) => previousHash)).toEqual(json.slice(0, -1).map(({ hash }) => hash));
    expect(json.some(({ actor }) => /^cli \S+@\S+ arn:aws:iam::\d{12}:root$/.test(actor))).toBe(true);
    expect((await runCli(['history', ...here, '--verify'])).stdout).toMatch(/complete and unchanged: \d+ events/);
  });

  it('names an edited event with --verify', async () => {
    const key = keyOf(scope, sortKeys.event(2));
    const { Item } = await dynamodb.send(new GetItemCommand({ TableName: table, Key: key }));
    await dynamodb.send(new PutItemCommand({ TableName: table, Item: { ...Item, actor: { S: 'nobody' } } }));
    const { exitCode, json } = await runJson<Record<string, unknown>>(['history', ...here, '--verify']);
    expect(exitCode).toBe(3);
    expect(json).toEqual({
      valid: false,
      problem: { seq: 2, problem: 'edited', message: expect.stringMatching(/^Event 2 .* was edited/) },
    });
  });
});

describe('a stack whose first deployment failed', () => {
  it('has no outputs, but its ledger is found nevertheless', async () => {
    const assembly = synthLifecycleApp(root, { stack: 'Broken', release: releaseB, sibling: 'one' });
    const args = ['sandbox', 'deploy', ...here, '--app', assembly, '--fail', 'Sibling'];
    const { exitCode, json } = await runJson<Deployed>(args);
    expect([exitCode, json.status, json.outputs]).toEqual([3, 'ROLLBACK_FAILED', {}]);
    const broken = await status('--stack', 'Broken');
    expect([broken.exitCode, broken.json.scope, broken.json.state]).toEqual([0, 'Broken/Migrations', 'failed']);
  });

  it('makes two scopes, which are shown both, and of which a command that changes something wants one', async () => {
    const both = await runJson<{ scopes: readonly ScopeStatus[] }>(['status', ...here]);
    expect(both.json.scopes.map(({ scope: one, state: is }) => `${one} ${is}`).sort()).toEqual([
      'App/Migrations idle',
      'Broken/Migrations failed',
    ]);
    const histories = await runJson<{ scopes: readonly { scope: string; events: readonly AuditEvent[] }[] }>([
      'history',
      ...here,
    ]);
    expect(histories.json.scopes.map(({ scope: one, events }) => [one, events.length > 3])).toEqual(
      expect.arrayContaining([
        ['App/Migrations', true],
        ['Broken/Migrations', true],
      ]),
    );
    for (const command of ['status', 'history']) {
      const { stdout } = await runCli([command, ...here]);
      expect(stdout).toContain('Broken/Migrations');
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    }
    const repair = await runJson<JsonError>(['repair', ...here]);
    expect([repair.exitCode, repair.json.error.code]).toEqual([2, 'SCOPE_AMBIGUOUS']);
    expect(repair.json.error.message).toMatch(/App\/Migrations, Broken\/Migrations/);
    expect((await status('--scope', 'Broken/Migrations')).json.state).toBe('failed');
    const target = await runJson<JsonError>(['sandbox', 'sql', 'users', 'SELECT 1', ...here]);
    expect([target.exitCode, target.json.error.code]).toEqual([2, 'SCOPE_AMBIGUOUS']);
    const [database = ''] = /arn:\S+:cluster:\S+\/app/.exec(target.json.error.message) ?? [];
    const direct = await runJson<unknown>(['sandbox', 'sql', database.replace(/,$/, ''), 'SELECT 1 AS one', ...here]);
    expect(direct.json).toEqual([{ one: 1 }]);
  });
});

describe('unlock --claim', () => {
  interface Listed {
    readonly claims: readonly {
      readonly kind: string;
      readonly name: string;
      readonly scope: string;
      readonly stackIsGone: boolean;
    }[];
  }
  const claims = async () => (await runJson<Listed>(['unlock', ...here, '--claim'])).json.claims;

  it('lists who owns what', async () => {
    const own = (await claims()).filter((claim) => claim.scope === scope);

    expect(own.map(({ kind }) => kind).sort()).toEqual(['database', 'tables with prefix']);
    expect(own.map(({ stackIsGone }) => stackIsGone)).toEqual([false, false]);
    expect((await runCli(['unlock', ...here, '--claim'])).stdout).toMatch(/tables with prefix +app- +App\/Migrations/);
  });

  it('releases nothing of a stack that exists, and only what it is told to', async () => {
    const refused = await runJson<JsonError>(['unlock', ...here, '--claim', 'app-']);
    expect([refused.exitCode, refused.json.error.code]).toEqual([1, 'CLAIM_HELD']);
    const unknown = await runJson<JsonError>(['unlock', ...here, '--claim', 'nowhere-']);
    expect([unknown.exitCode, unknown.json.error.code]).toEqual([2, 'CLAIM_NOT_FOUND']);
    expect((await claims()).some(({ name }) => name === 'app-')).toBe(true);
  });

  it('releases what a stack that is gone left claimed', async () => {
    const endpoint = (await environment())['AWS_ENDPOINT_URL']!;
    const client = new SSMClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    });
    const stackId = 'arn:aws:cloudformation:us-east-1:123456789012:stack/Gone/00000000';
    await new SsmClaims(client).claim([{ kind: 'table', name: 'left' }], {
      scope: 'Gone/Migrations',
      stackId,
      since: '2026-01-01',
    });
    client.destroy();

    const freed = await runCli(['unlock', ...here, '--claim', 'left']);

    expect(freed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('left is free.') });
    expect((await claims()).some(({ name }) => name === 'left')).toBe(false);
  });
});

async function environment(): Promise<NodeJS.ProcessEnv> {
  const endpoint = await dynamodb.config.endpoint!();
  const url = `${endpoint.protocol}//${endpoint.hostname}:${endpoint.port}`;
  return { AWS_ENDPOINT_URL: url, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };
}
