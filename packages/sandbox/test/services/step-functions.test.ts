import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestSandbox, testSandboxes } from '../helpers/open';
import { allow, functions, role } from '../helpers/templates';

const open = testSandboxes('all');
const arnOf = (name: string) => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
const machineArn = (name: string) => `arn:aws:states:us-east-1:123456789012:stateMachine:${name}`;
let world: TestSandbox;
let sfn: SFNClient;

const CODE = {
  Add: 'exports.handler = async ({ a, b }) => a + b;',
  Throws: `exports.handler = async () => { const e = new Error('boom'); e.name = 'Retryable'; throw e; };`,
  Crash: 'exports.handler = async () => process.exit(1);',
  Braked: 'exports.handler = async () => 1;',
  Slow: 'exports.handler = async () => new Promise((r) => setTimeout(r, 5000));',
  OddFails: `exports.handler = async (n) => { if (n % 2) throw new Error('odd ' + n); return n * 10; };`,
  Echo: 'exports.handler = async (event) => event;',
  Big: `exports.handler = async () => 'x'.repeat(300_000);`,
};

const task = (name: string, extra: object = {}) => ({ Type: 'Task', Resource: arnOf(name), End: true, ...extra });
const single = (state: object, extra: object = {}) => ({ StartAt: 'Only', States: { Only: state, ...extra } });
const pass = (name: string) => ({ [name]: { Type: 'Pass', End: true } });
const distributed = (extra: object, processor: object = task('OddFails')) => ({
  Type: 'Map',
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    StartAt: 'Each',
    States: { Each: processor },
  },
  End: true,
  ...extra,
});

const MACHINES: Readonly<Record<string, object>> = {
  add: single(task('Add')),
  invoke: single({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { FunctionName: arnOf('Add'), 'Payload.$': '$' },
    End: true,
  }),
  retried: single(
    task('Throws', {
      Retry: [{ ErrorEquals: ['Retryable'], IntervalSeconds: 0, MaxAttempts: 2 }],
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Caught' }],
    }),
    pass('Caught'),
  ),
  thrown: single(task('Throws')),
  // Only the retrier that names throttling is asked, as often as it says.
  throttled: single(
    task('Braked', {
      Retry: [
        { ErrorEquals: ['Lambda.TooManyRequestsException'], IntervalSeconds: 0, MaxAttempts: 3 },
        { ErrorEquals: ['States.ALL'], IntervalSeconds: 60, MaxAttempts: 1 },
      ],
      Catch: [{ ErrorEquals: ['Lambda.TooManyRequestsException'], ResultPath: '$.error', Next: 'Caught' }],
    }),
    pass('Caught'),
  ),
  crash: single(task('Crash', { Catch: [{ ErrorEquals: ['Runtime.ExitError'], Next: 'Caught' }] }), pass('Caught')),
  taskTimeout: single(
    task('Slow', { TimeoutSeconds: 1, Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Caught' }] }),
    pass('Caught'),
  ),
  machineTimeout: { ...single({ Type: 'Wait', Seconds: 30, End: true }), TimeoutSeconds: 1 },
  waits: single({ Type: 'Wait', SecondsPath: '$.seconds', End: true }),
  absent: single(
    {
      Type: 'Choice',
      Choices: [{ And: [{ Variable: '$.x', IsPresent: false }], Next: 'No' }],
      Default: 'Yes',
    },
    { ...pass('No'), Yes: { Type: 'Fail', Error: 'Present', Cause: 'x is there' } },
  ),
  context: single({
    Type: 'Map',
    ItemsPath: '$.items',
    ItemProcessor: {
      StartAt: 'Each',
      States: {
        Each: {
          Type: 'Pass',
          Parameters: {
            'name.$': '$$.Execution.Name',
            'id.$': '$$.Execution.Id',
            'root.$': '$$.Execution.Input.word',
            'state.$': '$$.State.Name',
            'item.$': '$',
          },
          End: true,
        },
      },
    },
    End: true,
  }),
  mapBatches: single(distributed({ ItemsPath: '$.items', ItemBatcher: { MaxItemsPerBatch: 2 } }, task('Echo'))),
  mapSelected: single(
    distributed(
      {
        ItemsPath: '$.items',
        ItemSelector: { 'at.$': '$$.Map.Item.Index', 'value.$': '$$.Map.Item.Value', 'w.$': '$.word' },
      },
      task('Echo'),
    ),
  ),
  mapFails: single(
    distributed({ Catch: [{ ErrorEquals: ['States.ExceedToleratedFailureThreshold'], Next: 'Caught' }] }),
    pass('Caught'),
  ),
  mapTolerates: single(distributed({ ToleratedFailurePercentage: 50 })),
  reader: single(distributed({ ItemReader: { Resource: 'arn:aws:states:::s3:getObject' } })),
  unknownTask: single(
    {
      Type: 'Task',
      Resource: 'arn:aws:states:::sqs:sendMessage',
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
      End: true,
    },
    pass('Caught'),
  ),
  big: single(task('Big')),
};

beforeAll(async () => {
  world = await open();
  sfn = new SFNClient(world.client);
  const code = Object.fromEntries(
    Object.entries(CODE).map(([name, source]) => [
      name,
      { code: source, ...(name === 'Braked' && { properties: { ReservedConcurrentExecutions: 0 } }) },
    ]),
  );
  const machines = Object.entries(MACHINES).map(([name, definition]) => [
    name,
    {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: name,
        DefinitionString: JSON.stringify(definition),
        RoleArn: { 'Fn::GetAtt': [name === 'forbidden' ? 'NoRights' : 'Rights', 'Arn'] },
      },
    },
  ]);
  const roles = { Rights: role([allow('lambda:InvokeFunction', arnOf('*'))]), NoRights: role([]) };
  const forbidden = {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName: 'forbidden',
      DefinitionString: JSON.stringify(MACHINES['add']),
      RoleArn: { 'Fn::GetAtt': ['NoRights', 'Arn'] },
    },
  };
  const substituted = {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName: 'substituted',
      DefinitionString: JSON.stringify(single({ Type: 'Task', Resource: '${fn}', End: true })),
      DefinitionSubstitutions: { fn: { 'Fn::GetAtt': ['Add', 'Arn'] } },
      RoleArn: { 'Fn::GetAtt': ['Rights', 'Arn'] },
    },
  };
  await world.deploy({
    Machines: functions(code, { ...Object.fromEntries(machines), ...roles, forbidden, substituted }),
  });
});

async function run(machine: string, input: unknown = {}, name?: string) {
  const started = await sfn.send(
    new StartExecutionCommand({ stateMachineArn: machineArn(machine), input: JSON.stringify(input), name }),
  );
  for (;;) {
    const execution = await sfn.send(new DescribeExecutionCommand({ executionArn: started.executionArn }));
    if (execution.status !== 'RUNNING') return execution;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const output = async (machine: string, input?: unknown) => JSON.parse((await run(machine, input)).output ?? 'null');

test('a state machine calls a function by its ARN, by lambda:invoke, and by a substituted name', async () => {
  expect(await output('add', { a: 1, b: 2 })).toBe(3);
  expect(await output('invoke', { a: 1, b: 2 })).toMatchObject({ Payload: 3, StatusCode: 200 });
  expect(await output('substituted', { a: 1, b: 2 })).toBe(3);
});

test('a state machine uses the permissions of its own role', async () => {
  expect(await run('forbidden', { a: 1, b: 2 })).toMatchObject({
    status: 'FAILED',
    error: 'Lambda.AWSLambdaException',
    cause: expect.stringContaining('is not authorized to perform: lambda:InvokeFunction'),
  });
});

describe('errors', () => {
  test('thrown by a function have the name of their type, and are retried and caught by that name', async () => {
    const result = await output('retried', { kept: true });
    expect(result).toMatchObject({ kept: true, error: { Error: 'Retryable' } });
    expect(JSON.parse(result.error.Cause)).toMatchObject({ errorMessage: 'boom', errorType: 'Retryable' });
    expect(await run('thrown')).toMatchObject({ status: 'FAILED', error: 'Retryable' });
  });

  test('caused by a function whose concurrency is 0 are called throttling', async () => {
    expect(await output('throttled')).toEqual({
      error: { Error: 'Lambda.TooManyRequestsException', Cause: 'Rate Exceeded.' },
    });
  });

  test('caused by a crash or a timeout have their documented names', async () => {
    expect(await output('crash')).toMatchObject({ Error: 'Runtime.ExitError' });
    expect(await output('taskTimeout')).toMatchObject({ Error: 'States.Timeout' });
    expect((await run('machineTimeout')).status).toBe('TIMED_OUT');
  });

  test('about what the sandbox cannot do cannot be caught', async () => {
    const cause = expect.stringContaining("State 'Only' calls 'arn:aws:states:::sqs:sendMessage'");
    expect(await run('unknownTask')).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause });
    expect(await run('reader', [1])).toMatchObject({
      error: 'States.Runtime',
      cause: expect.stringContaining('ItemReader'),
    });
  });

  test('caused by the size of data stop the execution', async () => {
    expect((await run('big')).error).toBe('States.DataLimitExceeded');
  });
});

test('a state machine matches absent fields, and gives the root input to nested states', async () => {
  expect(await output('absent', { y: 1 })).toEqual({ y: 1 });
  expect((await run('absent', { x: 1 })).error).toBe('Present');
  const execution = await run('context', { items: [7], word: 'root' }, 'named');
  expect(JSON.parse(execution.output ?? '')).toEqual([
    { name: 'named', id: execution.executionArn, root: 'root', state: 'Each', item: 7 },
  ]);
});

describe('a Distributed Map', () => {
  test('batches and selects items', async () => {
    expect(await output('mapBatches', { items: [1, 2, 3] })).toEqual([{ Items: [1, 2] }, { Items: [3] }]);
    expect(await output('mapSelected', { items: ['a'], word: 'w' })).toEqual([{ at: 0, value: 'a', w: 'w' }]);
  });

  test('fails when its threshold is exceeded', async () => {
    expect(await output('mapFails', [2, 4])).toEqual([20, 40]);
    expect(await output('mapFails', [1, 2])).toMatchObject({ Error: 'States.ExceedToleratedFailureThreshold' });
    expect(await output('mapTolerates', [1, 2])).toMatchObject([{ Error: 'Error' }, 20]);
  });
});

describe('executions', () => {
  test('with the same name and input are one while they run, and are refused afterwards', async () => {
    const start = (seconds: number) =>
      sfn.send(
        new StartExecutionCommand({
          stateMachineArn: machineArn('waits'),
          name: 'once',
          input: JSON.stringify({ seconds }),
        }),
      );
    const first = await start(20);
    expect((await start(20)).executionArn).toBe(first.executionArn);
    await expect(start(21)).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await sfn.send(new StopExecutionCommand({ executionArn: first.executionArn, error: 'Enough', cause: 'test' }));
    const stopped = await sfn.send(new DescribeExecutionCommand({ executionArn: first.executionArn }));
    expect(stopped).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'test' });
    await expect(start(20)).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await world.sandbox.settle();
  });

  test('are listed and have a history', async () => {
    const { executionArn } = await run('add', { a: 1, b: 1 });
    const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
    expect(events?.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    const { executions } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: machineArn('add') }));
    expect(executions?.[0]?.executionArn).toBe(executionArn);
  });

  test('need a state machine and JSON input', async () => {
    await expect(run('nobody')).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
    const start = new StartExecutionCommand({ stateMachineArn: machineArn('add'), input: '{' });
    await expect(sfn.send(start)).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
  });
});

test('a definition that is none is refused', async () => {
  const broken = {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: { DefinitionString: '{"StartAt":"A","States":{"A":{"Type":"Nap"}}}', RoleArn: 'arn:aws:iam::1:role/r' },
  };
  await expect(world.deploy({ Broken: { template: { Resources: { broken } } } })).rejects.toThrow('ROLLBACK_COMPLETE');
});
