import { describe, expect, it } from '@jest/globals';
import { machineDefinition } from '../../lib/state-machine-definition';
import {
  adaptDefinition,
  type Json,
  type JsonObject,
} from '../../packages/sandbox/src/services/step-functions/definition';
import { distributedMap } from '../../packages/sandbox/src/services/step-functions/distributed-map';
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
  readonly Retry?: readonly Retrier[];
}

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts: number;
  readonly IntervalSeconds: number;
  readonly BackoffRate: number;
  readonly MaxDelaySeconds: number;
}

/** Seconds for which CloudFormation waits at most, and so in which everything must happen (aws-facts CR-8). */
const hour = 3600;

const arn = (name: string) => `arn:aws:lambda:eu-west-1:111122223333:function:${name}`;
const definition = machineDefinition({
  tickArn: arn('tick'),
  respondArn: arn('respond'),
  workArn: arn('work'),
  workers: 7,
  workSeconds: 285,
  tickSeconds: 400,
  serviceSeconds: hour,
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

  it('waits out throttling of Tick while there is time, and leaves time to answer when it does not end', () => {
    const patience = throttledSeconds('Tick');

    expect(patience).toBeGreaterThan(hour * 0.95);
    expect(patience + throttledSeconds('AnswerFailure')).toBeLessThanOrEqual(hour);
  });

  it('lets Tick answer when only Respond is throttled, and keeps trying that for as long as anybody listens', () => {
    expect(throttledSeconds('Answer')).toBeLessThan(hour / 20);
    for (const last of ['AnswerFallback', 'AnswerFailureFallback']) {
      expect(throttledSeconds(last)).toBeGreaterThan(hour * 0.95);
    }
  });

  it('has time to answer also with the shortest timeout', () => {
    const short = machineDefinition({
      tickArn: arn('tick'),
      respondArn: arn('respond'),
      workArn: arn('work'),
      workers: 7,
      workSeconds: 285,
      tickSeconds: 60,
      serviceSeconds: 120,
    });
    const tick = (short.States as Readonly<Record<string, State>>)['Tick']!;

    expect(delays(tick.Retry![0]!)).toBeLessThanOrEqual(90);
  });

  it('keeps within the 25,000 events of a history, also in an hour of throttling or of waiting', () => {
    // Scheduled, started and failed (aws-facts SFN-5); a Lambda task that succeeds enters and exits its state besides.
    const [attempt, task, otherState] = [3, 5, 2];
    const throttled = states['Tick']!.Retry![0]!.MaxAttempts * attempt;
    // The engine never waits less than two seconds for what may last: for another execution that holds the lease.
    const loops = hour / 2;
    const loop = loopFrom('Tick').map((name) => (states[name]!.Type === 'Task' ? task : otherState));

    expect(loopFrom('Tick')).toEqual(['Tick', 'Decide', 'Wait']);
    expect(throttled + loops * loop.reduce((sum, events) => sum + events)).toBeLessThan(25_000);
  });

  it('starts children for segments that may all fail, and works on others no longer than an express workflow may', () => {
    // aws-facts SFN-3.
    const work = definition.States as Readonly<Record<string, Record<string, unknown>>>;
    const { ToleratedFailurePercentage, MaxConcurrency, ItemProcessor, Catch } = work['Work']!;
    const { ProcessorConfig, States } = ItemProcessor as { ProcessorConfig: object; States: Record<string, State> };

    expect({ ToleratedFailurePercentage, MaxConcurrency }).toEqual({
      ToleratedFailurePercentage: 100,
      MaxConcurrency: 7,
    });
    expect(ProcessorConfig).toEqual({ Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' });
    expect(States['Segment']).toMatchObject({ Resource: arn('work'), TimeoutSeconds: 295 });
    expect(Catch).toEqual([{ ErrorEquals: ['States.ALL'], ResultPath: '$.workFailure', Next: 'WorkFailed' }]);
  });

  it('retries each task eight times after a crash, and once after a hang', () => {
    for (const { Type, Retry } of Object.values(states)) {
      if (Type !== 'Task') continue;
      expect(Retry!.slice(1).map(({ ErrorEquals, MaxAttempts }) => [ErrorEquals.at(-1), MaxAttempts])).toEqual([
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

  it('has each segment worked on that a tick names, whether or not that fails, and ticks again', async () => {
    const pass = { scope: 'App/Db', deployment: 'd1', key: 'k', step: 'backfill.0', direction: 'forward' };
    const work = { pass, of: 9, segments: [2, 5, 8], attempt: 'r1', until: 1_800_000_000_000 };
    const calls = await execute([{ status: 'work', work }, { status: 'done' }], undefined, new Error('no capacity'));

    expect(calls.map(({ name }) => name)).toEqual(['Tick', 'Segment', 'Segment', 'Segment', 'Tick', 'Answer']);
    expect(calls.slice(1, 4).map(({ input }) => input)).toEqual(
      [2, 5, 8].map((number) => ({
        action: 'work',
        number,
        of: 9,
        pass,
        attempt: 'r1',
        until: work.until,
        workers: 7,
      })),
    );
  });

  it('answers what goes on afterwards, and ticks on until it is done', async () => {
    const calls = await execute([{ status: 'answer' }, { status: 'continue' }, { status: 'done' }]);

    expect(calls.map(({ name }) => name)).toEqual(['Tick', 'AnswerMeanwhile', 'Tick', 'Tick', 'Answer']);
    expect(calls[1]!.input).toEqual({ action: 'respond', requestKey: 'r1', scope: 'App/Db' });
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

  it('waits for Lambda to run Tick again, however often it is throttled within the hour', async () => {
    const calls = await execute([...Array.from({ length: 150 }, throttled), { status: 'done' }]);

    expect(calls).toHaveLength(152);
    expect(calls.at(-1)).toMatchObject({ name: 'Answer', input: { action: 'respond', requestKey: 'r1' } });
  });

  it('answers with the failure when Tick stays throttled', async () => {
    const calls = await execute([throttled()]);

    expect(calls.at(-1)).toMatchObject({
      name: 'AnswerFailure',
      input: { failure: { Error: 'Lambda.TooManyRequestsException' } },
    });
  });

  it('answers through Tick when Respond stays throttled', async () => {
    const calls = await execute([{ status: 'done' }], throttled());

    expect(calls.at(-1)).toMatchObject({ name: 'AnswerFallback' });
  });

  it('crashes are counted apart from throttling', async () => {
    const crash = new Error('boom');
    const calls = await execute([
      ...Array.from({ length: 20 }, throttled),
      crash,
      ...Array.from({ length: 20 }, throttled),
      crash,
      { status: 'done' },
    ]);

    expect(calls.at(-1)).toMatchObject({ name: 'Answer' });
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

/** What Step Functions makes of a call that Lambda refuses for lack of capacity. */
function throttled(): Error {
  return Object.assign(new Error('Rate Exceeded.'), { name: 'Lambda.TooManyRequestsException' });
}

/** Seconds for which a state waits for throttling to end. */
function throttledSeconds(state: string): number {
  const retrier = states[state]!.Retry!.find(({ ErrorEquals }) => ErrorEquals.includes(throttled().name))!;
  expect(retrier).toBe(states[state]!.Retry![0]);
  return delays(retrier);
}

/** The sum of a retrier's delays, as Step Functions computes them. */
function delays({ MaxAttempts, IntervalSeconds, BackoffRate, MaxDelaySeconds }: Retrier): number {
  const each = Array.from({ length: MaxAttempts }, (_, n) =>
    Math.min(IntervalSeconds * BackoffRate ** n, MaxDelaySeconds),
  );
  return each.reduce((sum, delay) => sum + delay, 0);
}

/** The states from this one back to itself, on the longest way. */
function loopFrom(start: string): string[] {
  const walk = (name: string, path: readonly string[]): string[] => {
    if (name === start && path.length > 0) return [...path];
    if (path.includes(name)) return [];
    const loops = successors(name).map((next) => walk(next, [...path, name]));
    return loops.reduce((longest, loop) => (loop.length > longest.length ? loop : longest), []);
  };
  return walk(start, []);
}

interface Call {
  readonly name: string;
  readonly input: unknown;
}

/** Runs the definition with ticks that return or throw these in turn (the last one repeatedly), without waiting. */
async function execute(ticks: readonly unknown[], answerError?: Error, workError?: Error): Promise<Call[]> {
  const calls: Call[] = [];
  let count = 0;
  const handle = (name: string, result: () => unknown) => async (input: Json) => {
    calls.push({ name, input });
    const value = result();
    if (value instanceof Error) throw value;
    return value as Json;
  };
  const nextTick = () => ticks[Math.min(count++, ticks.length - 1)];
  const answers = { Answer: answerError, AnswerFailure: answerError };
  const handlers: Record<string, (input: Json) => Promise<Json>> = Object.fromEntries(
    Object.keys(states).map((name) => [
      name,
      handle(name, name === 'Tick' ? nextTick : () => answers[name as keyof typeof answers] ?? null),
    ]),
  );
  handlers['Segment'] = handle('Segment', () => workError ?? null);
  const run = async (part: JsonObject, input: Json, context: JsonObject): Promise<Json> => {
    const { definition: adapted, distributedMaps } = adaptDefinition(part);
    const maps = distributedMaps.map((map) => [map.name, distributedMap(map, run)]);
    const machine = new (interpreter().StateMachine)(adapted, { validationOptions: { noValidate: true } });
    const retries = [...Object.keys(states), 'Segment'].map((name) => [name, 0]);
    const { result } = machine.run(input, {
      overrides: {
        taskResourceLocalHandlers: { ...handlers, ...Object.fromEntries(maps) },
        retryIntervalOverrides: Object.fromEntries(retries),
      },
      context,
    } as never);
    return result;
  };
  await run(definition as JsonObject, { requestKey: 'r1', scope: 'App/Db' }, { Execution: { Id: 'execution-1' } });
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
