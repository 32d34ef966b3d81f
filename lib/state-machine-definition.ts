/** The functions that the machine calls, and how long one tick may take. */
export interface MachineParts {
  readonly tickArn: string;
  readonly respondArn: string;
  readonly tickSeconds: number;
}

/** A state in Amazon States Language (https://states-language.net/spec.html). */
type State = Readonly<Record<string, unknown>>;

const RETRY_SOON = { IntervalSeconds: 1, BackoffRate: 2, MaxDelaySeconds: 20 };

/**
 * A hung invocation, whichever name it gets (aws-facts SFN-4), uses up a third of the reserve: it gets one more attempt.
 * Crashes and service errors are cheap: they get eight.
 */
const RETRY = [
  { ErrorEquals: ['States.Timeout', 'Sandbox.Timedout'], MaxAttempts: 1, ...RETRY_SOON },
  { ErrorEquals: ['States.ALL'], MaxAttempts: 8, ...RETRY_SOON },
];

/**
 * Drives one request to its answer, by calling the functions in lambda/handlers. Input: `{ requestKey, scope }`.
 *
 * `Tick` works in slices until it returns `done`; then `Answer` sends the answer to CloudFormation. A tick that keeps
 * failing, or returns something unknown, leads to `AnswerFailure`. When the respond function itself keeps failing, the
 * tick function answers in its place.
 *
 * There is no `TimeoutSeconds` for the whole execution: Step Functions would end it without going through any other
 * state, and CloudFormation would wait for an answer that never comes. The engine watches its own time in each tick.
 */
export function machineDefinition(parts: MachineParts): State {
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
        Retry: RETRY,
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
          { And: statusIs('done'), Next: 'Answer' },
        ],
        Default: 'Misunderstood',
      },
      Wait: { Type: 'Wait', SecondsPath: '$.result.waitSeconds', Next: 'Tick' },
      Misunderstood: {
        Type: 'Pass',
        Result: { Error: 'UnknownTickResult', Cause: 'The tick function returned neither continue, wait nor done.' },
        ResultPath: '$.failure',
        Next: 'AnswerFailure',
      },
      Answer: answer(parts.respondArn, [], 'AnswerFallback'),
      AnswerFailure: answer(parts.respondArn, ['failure'], 'AnswerFailureFallback'),
      AnswerFallback: answer(parts.tickArn, []),
      AnswerFailureFallback: answer(parts.tickArn, ['failure']),
    },
  };
}

function statusIs(status: string): readonly State[] {
  return [
    { Variable: '$.result.status', IsPresent: true },
    { Variable: '$.result.status', StringEquals: status },
  ];
}

function answer(functionArn: string, extraFields: readonly string[], fallback?: string): State {
  const fields = ['requestKey', 'scope', ...extraFields];
  return {
    Type: 'Task',
    Resource: functionArn,
    Parameters: { action: 'respond', ...Object.fromEntries(fields.map((name) => [`${name}.$`, `$.${name}`])) },
    ResultPath: null,
    Retry: RETRY,
    ...(fallback && { Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.answerFailure', Next: fallback }] }),
    End: true,
  };
}
