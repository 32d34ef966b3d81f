/**
 * An error of a state, named as Retry and Catch name it. The interpreter matches `name` and gives `message` as the Cause.
 */
export class StatesError extends Error {
  constructor(
    override readonly name: string,
    cause: string,
    /** `States.Runtime` cannot be retried or caught, not even by `States.ALL`. */
    readonly isCatchable: boolean = name !== 'States.Runtime',
  ) {
    super(cause);
  }

  get isRetryable(): boolean {
    return this.isCatchable;
  }
}

/** For what the state machine asks and the sandbox cannot do. */
export function unsupported(state: string, what: string): StatesError {
  return new StatesError('States.Runtime', `State '${state}' ${what}, which the sandbox does not support.`);
}
