/** The functions that the machine calls, how long one tick may take, and how long CloudFormation waits. */
export interface MachineParts {
  readonly tickArn: string;
  readonly respondArn: string;
  readonly workArn: string;
  /** How many workers at the same time. */
  readonly workers: number;
  readonly workSeconds: number;
  readonly tickSeconds: number;
  readonly serviceSeconds: number;
}

/** A state in Amazon States Language (https://states-language.net/spec.html). */
type State = Readonly<Record<string, unknown>>;

const RETRY_SOON = { IntervalSeconds: 1, BackoffRate: 2, MaxDelaySeconds: 20 };

/** What Lambda answers when it runs nothing for lack of capacity (aws-facts LAM-1). */
const THROTTLED = [
  'Lambda.TooManyRequestsException',
  'Lambda.EC2ThrottledException',
  'Lambda.ENILimitReachedException',
];

/** Seconds for which a throttled answer is tried before another function answers, which may not be throttled. */
const ANSWER_PATIENCE = 120;

/**
 * A hung invocation, whichever name it gets (aws-facts SFN-4), uses up a third of the reserve: it gets one more attempt.
 * Crashes and service errors are cheap: they get eight. Throttling changes nothing, and passes only when somebody lets it:
 * it is waited out for as long as there is time.
 */
function retry(throttledSeconds: number): readonly State[] {
  return [
    { ErrorEquals: THROTTLED, MaxAttempts: attemptsWithin(throttledSeconds), ...RETRY_SOON },
    { ErrorEquals: ['States.Timeout', 'Sandbox.Timedout'], MaxAttempts: 1, ...RETRY_SOON },
    { ErrorEquals: ['States.ALL'], MaxAttempts: 8, ...RETRY_SOON },
  ];
}

/** Of attempts that are further and further apart, until they are `MaxDelaySeconds` apart. */
function attemptsWithin(seconds: number): number {
  const { IntervalSeconds, BackoffRate, MaxDelaySeconds } = RETRY_SOON;
  let attempts = 0;
  for (let waited = 0, delay = IntervalSeconds; waited + delay <= seconds; attempts += 1) {
    waited += delay;
    delay = Math.min(delay * BackoffRate, MaxDelaySeconds);
  }
  return attempts;
}

/**
 * Drives one request to its answer, by calling the functions in lambda/handlers. Input: `{ requestKey, scope }`.
 *
 * `Tick` works in slices until it returns `done`; then `Answer` sends the answer to CloudFormation. When it returns `work`,
 * `Work` has segments of a table worked on, many at the same time, before the next tick. A tick that keeps
 * failing, or returns something unknown, leads to `AnswerFailure`. When the respond function itself keeps failing, the
 * tick function answers in its place.
 *
 * There is no `TimeoutSeconds` for the whole execution: Step Functions would end it without going through any other
 * state, and CloudFormation would wait for an answer that never comes. The engine watches its own time in each tick.
 */
export function machineDefinition(parts: MachineParts): State {
  const { serviceSeconds } = parts;
  return {
    Comment: 'Works on one CloudFormation request and answers it',
    StartAt: 'Tick',
    States: {
      Tick: {
        Type: 'Task',
        Resource: parts.tickArn,
        Parameters: {
          action: 'tick',
          'requestKey.$': '$.requestKey',
          'scope.$': '$.scope',
          'execution.$': '$$.Execution.Id',
        },
        // Longer than the function's own timeout: only when Lambda never reports back.
        TimeoutSeconds: parts.tickSeconds + 30,
        ResultPath: '$.result',
        // Ends while CloudFormation still listens to the function that answers.
        Retry: retry(serviceSeconds - Math.min(ANSWER_PATIENCE, serviceSeconds / 4)),
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'AnswerFailure' }],
        Next: 'Decide',
      },
      Decide: {
        Type: 'Choice',
        Choices: [
          { And: statusIs('continue'), Next: 'Tick' },
          {
            And: [
              ...statusIs('wait'),
              { Variable: '$.result.waitSeconds', IsPresent: true },
              { Variable: '$.result.waitSeconds', NumericGreaterThanEquals: 0 },
            ],
            Next: 'Wait',
          },
          { And: statusIs('work'), Next: 'Work' },
          { And: statusIs('answer'), Next: 'AnswerMeanwhile' },
          { And: statusIs('done'), Next: 'Answer' },
        ],
        Default: 'Misunderstood',
      },
      Wait: { Type: 'Wait', SecondsPath: '$.result.waitSeconds', Next: 'Tick' },
      Work: workOnSegments(parts),
      // Where the workers fail, the tick sees what they did, and when the time for it is over.
      WorkFailed: { Type: 'Wait', Seconds: 15, Next: 'Tick' },
      Misunderstood: {
        Type: 'Pass',
        Result: {
          Error: 'UnknownTickResult',
          Cause: 'The tick function returned none of continue, wait, work, answer and done.',
        },
        ResultPath: '$.failure',
        Next: 'AnswerFailure',
      },
      AnswerMeanwhile: answerMeanwhile(parts.respondArn),
      Answer: answer(parts.respondArn, [], ANSWER_PATIENCE, 'AnswerFallback'),
      AnswerFailure: answer(parts.respondArn, ['failure'], ANSWER_PATIENCE, 'AnswerFailureFallback'),
      AnswerFallback: answer(parts.tickArn, [], serviceSeconds),
      AnswerFailureFallback: answer(parts.tickArn, ['failure'], serviceSeconds),
    },
  };
}

function statusIs(status: string): readonly State[] {
  return [
    { Variable: '$.result.status', IsPresent: true },
    { Variable: '$.result.status', StringEquals: status },
  ];
}

/** Answers what goes on afterwards. Should that fail, the end of the execution answers. */
function answerMeanwhile(functionArn: string): State {
  const { End: _end, ...state } = answer(functionArn, [], ANSWER_PATIENCE, 'Tick');
  return { ...state, Next: 'Tick' };
}

/**
 * A Distributed Map: a child for each segment, of which one invocation works for some minutes. The ledger is the judge of what
 * was done: a child that fails must not stop the others, so all may fail.
 */
function workOnSegments({ workArn, workers, workSeconds }: MachineParts): State {
  return {
    Type: 'Map',
    ItemsPath: '$.result.work.segments',
    ItemSelector: {
      action: 'work',
      'number.$': '$$.Map.Item.Value',
      'of.$': '$.result.work.of',
      'pass.$': '$.result.work.pass',
      'attempt.$': '$.result.work.attempt',
      'until.$': '$.result.work.until',
      workers,
    },
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
      StartAt: 'Segment',
      States: {
        Segment: {
          Type: 'Task',
          Resource: workArn,
          TimeoutSeconds: workSeconds + 10,
          Retry: [{ ErrorEquals: THROTTLED, MaxAttempts: 5, ...RETRY_SOON }],
          End: true,
        },
      },
    },
    MaxConcurrency: workers,
    ToleratedFailurePercentage: 100,
    ResultPath: null,
    Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.workFailure', Next: 'WorkFailed' }],
    Next: 'Tick',
  };
}

function answer(
  functionArn: string,
  extraFields: readonly string[],
  throttledSeconds: number,
  fallback?: string,
): State {
  const fields = ['requestKey', 'scope', ...extraFields];
  return {
    Type: 'Task',
    Resource: functionArn,
    Parameters: { action: 'respond', ...Object.fromEntries(fields.map((name) => [`${name}.$`, `$.${name}`])) },
    ResultPath: null,
    Retry: retry(throttledSeconds),
    ...(fallback && { Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.answerFailure', Next: fallback }] }),
    End: true,
  };
}
