import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteFunctionConcurrencyCommand,
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { assetCode } from '../helpers/assembly';
import { type TestSandbox, testSandboxes } from '../helpers/open';
import { allow, functions, role } from '../helpers/templates';

const open = testSandboxes('all');
let world: TestSandbox;
let lambda: LambdaClient;

const CODE = {
  Echo: `exports.handler = async (event, context) => ({ event, pid: process.pid, name: context.functionName,
    arn: context.invokedFunctionArn, left: context.getRemainingTimeInMillis() > 0 });`,
  Callback: `exports.handler = (event, context, done) => setTimeout(() => done(null, 'called back'), 5);`,
  Throws: `exports.handler = async () => { throw new RangeError('too far'); };`,
  Rejects: `exports.handler = async () => { Promise.reject(new Error('nobody looks')); await new Promise(() => {}); };`,
  Exits: `exports.handler = async () => process.exit(3);`,
  Sleeps: `exports.handler = async () => new Promise((resolve) => setTimeout(resolve, 60_000));`,
  Broken: `require('no-such-package'); exports.handler = () => {};`,
  Misnamed: `exports.other = () => {};`,
  Variables: `exports.handler = async () => process.env;`,
  Waits: `exports.handler = async ({ file }) => {
    while (!require('node:fs').existsSync(file)) await new Promise((r) => setTimeout(r, 10));
    return process.pid;
  };`,
  Sdk: `const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
    exports.handler = async () => (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn;`,
  Flaky: `exports.handler = async (event, context) => { console.log('try ' + context.awsRequestId); throw new Error('no'); };`,
};

beforeAll(async () => {
  world = await open({ assumptions: { 'lambda-async-retry-ms': '10' } });
  lambda = new LambdaClient(world.client);
  const all = Object.entries(CODE).map(([name, code]) => [
    name,
    {
      code,
      properties: {
        Timeout: name === 'Sleeps' ? 1 : 10,
        Environment: { Variables: { GREETING: 'hi' } },
        ...(name === 'Waits' && { ReservedConcurrentExecutions: 2 }),
      },
    },
  ]);
  await world.deploy({ Functions: functions(Object.fromEntries(all)) });
});

async function invoke(FunctionName: string, payload: unknown = {}) {
  const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(payload)) }));
  return { error: answer.FunctionError, value: JSON.parse(Buffer.from(answer.Payload ?? []).toString('utf8')) };
}

test('a function gets the event and a context, and its warm process is used again', async () => {
  const first = await invoke('Echo', { a: 1 });
  expect(first.value).toMatchObject({
    event: { a: 1 },
    name: 'Echo',
    arn: 'arn:aws:lambda:us-east-1:123456789012:function:Echo',
    left: true,
  });
  expect((await invoke('Echo')).value.pid).toBe(first.value.pid);
});

test('callback handlers are run', async () => {
  expect((await invoke('Callback')).value).toBe('called back');
});

test('a function is described, and an unknown one is reported', async () => {
  const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: 'Echo' }));
  expect(Configuration).toMatchObject({ FunctionName: 'Echo', Runtime: 'nodejs20.x', State: 'Active' });
  await expect(invoke('Nobody')).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Function not found: arn:aws:lambda:us-east-1:123456789012:function:Nobody',
  });
});

describe('errors', () => {
  test('thrown by the handler have type, message and trace', async () => {
    const { error, value } = await invoke('Throws');
    expect(error).toBe('Unhandled');
    expect(value).toMatchObject({ errorType: 'RangeError', errorMessage: 'too far' });
    expect(value.trace[0]).toBe('RangeError: too far');
  });

  test('outside the handler end the process', async () => {
    expect((await invoke('Rejects')).value.errorType).toBe('Runtime.UnhandledPromiseRejection');
    expect((await invoke('Exits')).value).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('Runtime exited with error: exit status 3'),
    });
  });

  test('in loading the code name what is missing', async () => {
    expect((await invoke('Broken')).value).toMatchObject({
      errorType: 'Runtime.ImportModuleError',
      errorMessage: expect.stringContaining("Cannot find module 'no-such-package'"),
    });
    expect((await invoke('Misnamed')).value.errorType).toBe('Runtime.HandlerNotFound');
  });

  test('caused by the timeout kill the process', async () => {
    const { value } = await invoke('Sleeps');
    expect(value.errorMessage).toMatch(/Task timed out after 1\.00 seconds$/);
  });
});

test('a function has a clean environment', async () => {
  const { value } = await invoke('Variables');
  expect(value).toMatchObject({ GREETING: 'hi', AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: world.sandbox.endpoint });
  expect(value.AWS_ACCESS_KEY_ID).toMatch(/^ASIA/);
  expect(Object.keys(value).filter((name) => /JEST|^HOME$|NODE_OPTIONS/.test(name))).toEqual([]);
});

test('a function finds the SDK that every runtime has, and uses it with its own role', async () => {
  const { value } = await invoke('Sdk');
  expect(value).toMatch(/^arn:aws:sts::123456789012:assumed-role\/Functions-SdkRole-.*\/Sdk$/);
});

test('a function runs in parallel up to its reserved concurrency, and is throttled beyond it', async () => {
  const single = new LambdaClient({ ...world.client, maxAttempts: 1 });
  const file = join(world.stateDir, 'no more waiting');
  const call = () => single.send(new InvokeCommand({ FunctionName: 'Waits', Payload: JSON.stringify({ file }) }));
  const calls = [call(), call(), call()];
  await Promise.all(calls).catch(() => writeFileSync(file, ''));
  const outcomes = await Promise.allSettled(calls);
  const pids = outcomes.flatMap((outcome) =>
    outcome.status === 'fulfilled' ? [Buffer.from(outcome.value.Payload ?? []).toString()] : [],
  );
  expect(new Set(pids).size).toBe(2);
  expect(outcomes.find((outcome) => outcome.status === 'rejected')).toMatchObject({
    reason: { name: 'TooManyRequestsException' },
  });
});

test('a failed asynchronous invocation is tried twice more, with the same request id', async () => {
  const before = world.logs.length;
  const accepted = await lambda.send(new InvokeCommand({ FunctionName: 'Flaky', InvocationType: 'Event' }));
  expect(accepted.StatusCode).toBe(202);
  await world.sandbox.settle();
  const tries = world.logs.slice(before).filter((line) => line.startsWith('try '));
  expect(tries).toHaveLength(3);
  expect(new Set(tries).size).toBe(1);
  expect(world.warnings).toContainEqual(expect.stringContaining('function Flaky was given up'));
  expect(readFileSync(join(world.stateDir, 'logs/Flaky.log'), 'utf8')).toContain('try ');
});

test('an asynchronous event that no attempt could work on goes to the destination that the function may call', async () => {
  const fails = `exports.handler = async () => { throw new Error('no'); };`;
  const keeps = `exports.handler = async (event) => console.log('lost ' + JSON.stringify(event));`;
  const keepsArn = 'arn:aws:lambda:us-east-1:123456789012:function:Keeps';
  const destination = (name: string, Destination: string) => ({
    [`${name}Events`]: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      DependsOn: [name, 'Keeps'],
      Properties: {
        FunctionName: name,
        Qualifier: '$LATEST',
        MaximumRetryAttempts: 1,
        DestinationConfig: { OnFailure: { Destination } },
      },
    },
  });
  await world.deploy({
    Destinations: functions(
      {
        Keeps: { code: keeps },
        Fails: { code: fails, policies: [allow('lambda:InvokeFunction', keepsArn)] },
        Forbidden: { code: fails },
      },
      { ...destination('Fails', keepsArn), ...destination('Forbidden', keepsArn) },
    ),
  });
  for (const FunctionName of ['Fails', 'Forbidden']) {
    await lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: Buffer.from('{"a":1}') }));
  }
  await world.sandbox.settle();

  const lost = world.logs.filter((line) => line.startsWith('lost ')).map((line) => JSON.parse(line.slice(5)));
  expect(lost).toMatchObject([
    {
      version: '1.0',
      requestContext: {
        functionArn: expect.stringContaining('Fails'),
        condition: 'RetriesExhausted',
        approximateInvokeCount: 2,
      },
      requestPayload: { a: 1 },
      responseContext: { functionError: 'Unhandled' },
      responsePayload: { errorType: 'Error', errorMessage: 'no' },
    },
  ]);
  expect(world.warnings).toContainEqual(expect.stringContaining('not authorized to perform: lambda:InvokeFunction'));
});

test('a function whose concurrency is set to 0 runs nothing until that is deleted', async () => {
  const braked = new LambdaClient({ ...world.client, maxAttempts: 1 });
  const call = new InvokeCommand({ FunctionName: 'Echo' });
  await braked.send(new PutFunctionConcurrencyCommand({ FunctionName: 'Echo', ReservedConcurrentExecutions: 0 }));
  await expect(braked.send(call)).rejects.toMatchObject({ name: 'TooManyRequestsException' });
  await braked.send(new DeleteFunctionConcurrencyCommand({ FunctionName: 'Echo' }));
  expect((await braked.send(call)).StatusCode).toBe(200);
});

test('ES modules are loaded from zipped folders, with the SDK', async () => {
  await world.deploy({
    Modules: {
      template: {
        Resources: {
          Role: role([]),
          Module: {
            Type: 'AWS::Lambda::Function',
            Properties: {
              FunctionName: 'Module',
              Code: assetCode('esm'),
              Handler: 'src/main.handler',
              Runtime: 'nodejs22.x',
              Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
            },
          },
        },
      },
      assets: {
        esm: {
          'package.json': '{"type":"module"}',
          'src/main.js': `import { SSMClient } from '@aws-sdk/client-ssm'; import { word } from './word.js';
            export const handler = async () => word + typeof SSMClient;`,
          'src/word.js': `export const word = 'esm ';`,
        },
      },
    },
  });
  expect((await invoke('Module')).value).toBe('esm function');
});

test('an update runs the new code in a new process, in another folder than the old code', async () => {
  const where = `exports.handler = async () => [1, process.env.LAMBDA_TASK_ROOT];`;
  await world.deploy({ Versions: functions({ Where: { code: where } }) });
  const [, oldRoot] = (await invoke('Where')).value;
  await world.deploy({ Versions: functions({ Where: { code: where.replace('[1', '[2') } }) });
  const [version, newRoot] = (await invoke('Where')).value;
  expect([version, newRoot === oldRoot]).toEqual([2, false]);
  expect(existsSync(join(oldRoot, 'index.js'))).toBe(true);
});

test('other runtimes can be created but not run', async () => {
  const python = { code: 'def handler(): pass', properties: { Runtime: 'python3.12' } };
  await world.deploy({ Python: functions({ Snake: python }) });
  expect((await invoke('Snake')).value).toMatchObject({
    errorType: 'Runtime.Unsupported',
    errorMessage: expect.stringContaining("runtime 'python3.12'"),
  });
});

describe('interceptors', () => {
  const write = `const { SSMClient, PutParameterCommand } = require('@aws-sdk/client-ssm');
    exports.handler = async ({ name }) => {
      await new SSMClient({ maxAttempts: 1 }).send(new PutParameterCommand({ Name: name, Value: 'v', Type: 'String' }));
    };`;
  const answer = `exports.handler = async ({ url }) => (await fetch(url, { method: 'PUT', body: '{}' })).status;`;

  beforeAll(async () => {
    const policies = [allow('ssm:*')];
    await world.deploy({ Callers: functions({ Writer: { code: write, policies }, Answerer: { code: answer } }) });
  });

  const parameterExists = async (name: string) => {
    const { SSMClient, GetParameterCommand } = await import('@aws-sdk/client-ssm');
    return new SSMClient(world.client).send(new GetParameterCommand({ Name: name })).then(
      () => true,
      () => false,
    );
  };

  test('keep a call from the service when they kill its caller before it', async () => {
    const stop = world.sandbox.intercept({
      before: (call) => (call.functionName === 'Writer' ? call.kill() : undefined),
    });
    const { value } = await invoke('Writer', { name: '/before' });
    stop();
    expect(value.errorMessage).toContain('Runtime exited with error: signal: killed');
    expect(await parameterExists('/before')).toBe(false);
  });

  test('let a call take effect when they kill its caller after it', async () => {
    const stop = world.sandbox.intercept({
      after: (call) => (call.functionName === 'Writer' ? call.kill() : undefined),
    });
    const { value } = await invoke('Writer', { name: '/after' });
    stop();
    expect(value.errorType).toBe('Runtime.ExitError');
    expect(await parameterExists('/after')).toBe(true);
  });

  test('can stop a process and let it continue', async () => {
    let resume: (() => void) | undefined;
    const seen: string[] = [];
    const stop = world.sandbox.intercept({
      before(call) {
        if (call.functionName !== 'Writer') return;
        seen.push(`${call.service} ${call.operation} ${JSON.parse(call.body).Name}`);
        resume = call.pause();
      },
    });
    let done = false;
    const result = invoke('Writer', { name: '/paused' }).then((value) => {
      done = true;
      return value;
    });
    while (!resume) await sleep(5);
    await sleep(100);
    expect(done).toBe(false);
    resume();
    expect((await result).error).toBeUndefined();
    stop();
    expect(seen).toEqual(['ssm PutParameter /paused']);
  });

  test('know which function sent an unsigned request', async () => {
    const url = `${world.sandbox.endpoint}/cloudformation-custom-resource-response-useast1/nothing`;
    const callers: (string | undefined)[] = [];
    const stop = world.sandbox.intercept({ before: (call) => void callers.push(call.functionName) });
    expect((await invoke('Answerer', { url })).value).toBe(403);
    stop();
    expect(callers).toEqual([undefined, 'Answerer']);
  });
});
