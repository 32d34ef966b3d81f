import { describe, expect, it } from '@jest/globals';
import { machineDefinition } from '../../lib/state-machine-definition';
import { interpreter } from '../../packages/sandbox/src/services/step-functions/interpreter';

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Parameters?: Readonly<Record<string, string>>;
  readonly Next?: string;
  readonly Default?: string;
  readonly End?: boolean;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[]; readonly MaxAttempts: number }[];
}

const arn = (name: string) => `arn:aws:lambda:eu-west-1:111122223333:function:${name}`;
const definition = machineDefinition({
  tickArn: arn('tick'),
  respondArn: arn('respond'),
  tickSeconds: 400,
  serviceSeconds: 3600,
});
const states = definition.States as Readonly<Record<string, State>>;

describe('the definition', () => {
  it('leads from every state to an answer', () => {
    const names = Object.keys(states);
    const ends = names.flatMap(endsReachedFrom);

    expect(names.filter((name) => endsReachedFrom(name).length === 0)).toEqual([]);
    expect(ends.filter((end) => states[end]!.Parameters?.action !== 'respond')).toEqual([]);
  });

  it('catches every failure of a task, except of the last fallback, after which nothing can answer', () => {
    const uncaught = Object.entries(states).filter(([, state]) => state.Type === 'Task' && !state.Catch);

    expect(uncaught.map(([name]) => name)).toEqual(['AnswerFallback', 'AnswerFailureFallback']);
    for (const [, { Resource }] of uncaught) expect(Resource).toBe(arn('tick'));
  });

  it('retries each task eight times after a crash, and once after a hang', () => {
    for (const { Type, Retry } of Object.values(states)) {
      if (Type !== 'Task') continue;
      expect(Retry!.map(({ ErrorEquals, MaxAttempts }) => [ErrorEquals.at(-1), MaxAttempts])).toEqual([
        ['Sandbox.Timedout', 1],
        ['States.ALL', 8],
      ]);
    }
  });

  it('has no time limit of its own, which would end it without an answer', () => {
    expect(definition).not.toHaveProperty('TimeoutSeconds');
  });
});

describe('an execution', () => {
  it('calls Tick until it is done, then answers', async () => {
    const calls = await execute([{ status: 'continue' }, { status: 'wait', waitSeconds: 0 }, { status: 'done' }]);

    expect(calls.map(({ name }) => name)).toEqual(['Tick', 'Tick', 'Tick', 'Answer']);
    expect(calls[0]!.input).toEqual({ action: 'tick', requestKey: 'r1', scope: 'App/Db', execution: 'execution-1' });
    expect(calls[3]!.input).toEqual({ action: 'respond', requestKey: 'r1', scope: 'App/Db' });
  });

  it('answers with the failure when Tick keeps failing', async () => {
    const calls = await execute([new Error('out of memory')]);

    expect(calls).toHaveLength(10);
    expect(calls.at(-1)).toEqual({
      name: 'AnswerFailure',
      input: {
        action: 'respond',
        requestKey: 'r1',
        scope: 'App/Db',
        failure: { Error: 'Error', Cause: 'out of memory' },
      },
    });
  });

  it('continues after a single failure of Tick', async () => {
    const calls = await execute([new Error('throttled'), { status: 'done' }]);

    expect(calls.map(({ name }) => name)).toEqual(['Tick', 'Tick', 'Answer']);
  });

  it.each([
    ['no status', {}],
    ['an unknown status', { status: 'finished' }],
    ['a wait without seconds', { status: 'wait' }],
    ['a negative wait', { status: 'wait', waitSeconds: -1 }],
    ['nothing', null],
  ])('answers with a failure when a tick returns %s', async (_, result) => {
    const calls = await execute([result]);

    expect(calls.at(-1)).toMatchObject({
      name: 'AnswerFailure',
      input: { failure: { Error: 'UnknownTickResult' } },
    });
  });

  it('answers through Tick when Respond keeps failing', async () => {
    const calls = await execute([{ status: 'done' }], new Error('cannot start'));

    expect(calls.at(-1)).toEqual({
      name: 'AnswerFallback',
      input: { action: 'respond', requestKey: 'r1', scope: 'App/Db' },
    });
  });

  it('still answers with the failure of Tick when Respond fails too', async () => {
    const calls = await execute([new Error('boom')], new Error('cannot start'));

    expect(calls.at(-1)).toMatchObject({ name: 'AnswerFailureFallback', input: { failure: { Cause: 'boom' } } });
  });
});

interface Call {
  readonly name: string;
  readonly input: unknown;
}

/** Runs the definition with ticks that return or throw these in turn (the last one repeatedly), without waiting. */
async function execute(ticks: readonly unknown[], answerError?: Error): Promise<Call[]> {
  const calls: Call[] = [];
  let count = 0;
  const handle = (name: string, result: () => unknown) => async (input: unknown) => {
    calls.push({ name, input });
    const value = result();
    if (value instanceof Error) throw value;
    return value;
  };
  const nextTick = () => ticks[Math.min(count++, ticks.length - 1)];
  const answers = { Answer: answerError, AnswerFailure: answerError };
  const handlers = Object.keys(states).map((name) => [
    name,
    handle(name, name === 'Tick' ? nextTick : () => answers[name as keyof typeof answers] ?? null),
  ]);
  const machine = new (interpreter().StateMachine)(definition as never, { validationOptions: { checkArn: true } });
  const execution = machine.run({ requestKey: 'r1', scope: 'App/Db' }, {
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries(handlers),
      retryIntervalOverrides: Object.fromEntries(Object.keys(states).map((name) => [name, 0])),
    },
    context: { Execution: { Id: 'execution-1' } },
  } as never);
  await execution.result;
  return calls;
}

/** Every end that some path from this state reaches. */
function endsReachedFrom(start: string): string[] {
  const seen = new Set([start]);
  for (const name of seen) {
    const { Next, Default, Choices = [], Catch = [] } = states[name]!;
    for (const next of [Next, Default, ...[...Choices, ...Catch].map((way) => way.Next)]) if (next) seen.add(next);
  }
  return [...seen].filter((name) => !Object.values(successors(name)).length);
}

function successors(name: string): string[] {
  const { Next, Choices = [] } = states[name]!;
  return [...(Next ? [Next] : []), ...Choices.map((choice) => choice.Next)];
}
