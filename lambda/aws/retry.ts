import { backOff } from 'exponential-backoff';
import { MigrationError } from '../../core/errors/index';

/**
 * Errors that pass by themselves although the SDK does not retry them, or not for long enough: a cluster that wakes
 * up from pause takes about 15 s, and permissions that CloudFormation has just attached take some seconds to count
 * (aws-facts RDS-6 and IAM-1).
 */
const passing: readonly string[] = [
  'DatabaseResumingException',
  'ServiceUnavailableError',
  'DatabaseUnavailableException',
  'InternalServerErrorException',
  'AccessDeniedException',
  'AccessDenied',
  'ForbiddenException',
  'ThrottlingException',
  'TooManyUpdates',
  'TransactionConflictException',
];

/** Seconds to wait for such an error to pass. A paused cluster must be given at least 60 (aws-facts RDS-6). */
const patienceSeconds = 75;

export function isPassing(error: unknown): boolean {
  return passing.includes(errorName(error));
}

/**
 * Runs something that may meet a passing error, until it passes or patience ends; then throws the last error.
 * @throws MigrationError ACCESS_DENIED for permissions that did not come
 */
export async function patiently<T>(
  work: () => Promise<T>,
  isWorthWaiting: (error: unknown) => boolean = isPassing,
): Promise<T> {
  const giveUpAt = Date.now() + patienceSeconds * 1000;
  try {
    return await backOff(work, {
      startingDelay: 250,
      timeMultiple: 2,
      maxDelay: 5_000,
      numOfAttempts: 60,
      jitter: 'full',
      retry: (error) => isWorthWaiting(error) && Date.now() < giveUpAt,
    });
  } catch (error) {
    throw denials.includes(errorName(error)) ? accessDenied(error as Error) : error;
  }
}

const denials: readonly string[] = ['AccessDeniedException', 'AccessDenied', 'ForbiddenException'];

function accessDenied(error: Error): MigrationError {
  return new MigrationError(
    'ACCESS_DENIED',
    `${error.message} (after waiting ${patienceSeconds} s for permissions to take effect)`,
    {
      cause: error,
      hint: "Check the policies of the engine's roles, key policies, and service control policies.",
    },
  );
}

export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
