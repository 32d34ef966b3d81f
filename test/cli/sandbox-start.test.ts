import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { writeAssembly } from '../../packages/sandbox/test/helpers/assembly';
import { type JsonError, runCli, runJson, startCli } from '../support/run-cli';

const root = mkdtempSync(join(tmpdir(), 'cli-start-'));
const state = join(root, 'state');
const here = ['--state', state];
let server: ChildProcess;
let started: { readonly endpoints: Readonly<Record<string, string>> };

/** The document that `sandbox start --json` prints when it is up. */
function firstDocument(child: ChildProcess): Promise<typeof started> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.on('exit', (code) => reject(new Error(`start ended with ${code}`)));
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.endsWith('}\n')) resolve(JSON.parse(text) as typeof started);
    });
  });
}

beforeAll(async () => {
  server = startCli(['sandbox', 'start', ...here, '--json']);
  started = await firstDocument(server);
});

afterAll(() => {
  server.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

/** A stack with an alarm, and a parameter to change. */
const templateWith = (value: string) => ({
  Resources: {
    Errors: { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmName: 'errors' } },
    Greeting: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Name: '/greeting', Value: value } },
  },
});

const appWith = (value: string) => writeAssembly({ Hello: { template: templateWith(value) } });

it('start lets other commands on the folder go through it, and SDK clients reach it', async () => {
  expect(started.endpoints).toMatchObject({
    AWS_ENDPOINT_URL_SSM: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
  });
  expect((await runCli(['sandbox', 'deploy', ...here, '--app', appWith('hi')])).exitCode).toBe(0);
  const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' };
  const ssm = new SSMClient({ endpoint: started.endpoints['AWS_ENDPOINT_URL_SSM'], region: 'us-east-1', credentials });
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/greeting' }));
  ssm.destroy();
  expect(Parameter?.Value).toBe('hi');
});

it('start lets an alarm be set, and a second start and a reset are refused', async () => {
  expect((await runCli(['sandbox', 'alarm', 'errors', 'ALARM', ...here])).stdout).toBe('errors is ALARM.\n');
  const missing = await runCli(['sandbox', 'alarm', 'latency', 'OK', ...here]);
  expect([missing.exitCode, missing.stderr]).toEqual([2, expect.stringMatching(/The sandbox has: errors/)]);
  for (const command of [['start'], ['reset', '--yes']]) {
    const { exitCode, json } = await runJson<JsonError>(['sandbox', ...command, ...here]);
    expect([exitCode, json.error.code]).toEqual([2, 'SANDBOX_RUNNING']);
  }
});

it('a rollback trigger in ALARM rolls a deployment back', async () => {
  const options = ['--rollback-alarm', 'errors', '--monitoring-seconds', '1'];
  const args = ['sandbox', 'deploy', ...here, '--app', appWith('hello'), ...options];
  const { exitCode, json } = await runJson<{ readonly status: string }>(args);
  expect([exitCode, json.status]).toEqual([1, 'UPDATE_ROLLBACK_COMPLETE']);
});

it('an update can be cancelled from another command', async () => {
  await runCli(['sandbox', 'alarm', 'errors', 'OK', ...here]);
  const options = ['--rollback-alarm', 'errors', '--monitoring-seconds', '50'];
  const deploying = runJson<{ readonly status: string }>([
    ...['sandbox', 'deploy', ...here, '--app', appWith('goodbye'), ...options],
  ]);
  let cancelled = await runCli(['sandbox', 'cancel', '--stack', 'Hello', ...here]);
  for (let i = 0; cancelled.exitCode !== 0 && i < 20; i += 1) {
    cancelled = await runCli(['sandbox', 'cancel', '--stack', 'Hello', ...here]);
  }
  expect(cancelled.stdout).toMatch(/The update of Hello is cancelled/);
  const { exitCode, json } = await deploying;
  expect([exitCode, json.status]).toEqual([1, 'UPDATE_ROLLBACK_COMPLETE']);
});

it('start ends with 0 on SIGTERM, and keeps the state', async () => {
  const ended = new Promise((resolve) => server.on('exit', (code) => resolve(code)));
  server.kill('SIGTERM');
  expect(await ended).toBe(0);
  const { exitCode, json } = await runJson<{ readonly status: string }>(['sandbox', 'destroy', ...here]);
  expect([exitCode, json.status]).toEqual([0, 'DELETE_COMPLETE']);
});
