import { backOff } from 'exponential-backoff';
import { MigrationError } from '../../core/errors/index';

/** What services call it when they are asked too often. CloudFormation's protocol says `Throttling` (aws-facts CFN-23). */
const throttlings: readonly string[] = [
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
  'ProvisionedThroughputExceededException',
];

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
  ...throttlings,
  'TooManyUpdates',
  'TransactionConflictException',
];

/** Names of errors after which nobody knows whether the request was carried out (aws-facts RDS-13). */
const lostAnswers: readonly string[] = [
  'InternalServerErrorException',
  'InternalServerError',
  'ServiceUnavailableError',
  'ServiceUnavailableException',
  'DatabaseUnavailableException',
  'TimeoutError',
  'RequestTimeout',
  'AbortError',
];

/** Codes of Node for a connection that broke while it was in use. */
const brokenConnections: readonly string[] = [
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ERR_STREAM_PREMATURE_CLOSE',
];

/** Codes of Node for a connection that was never made: nothing was sent. */
const unmadeConnections: readonly string[] = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/**
 * True when a request may have been carried out although it failed. To send it again is right only for what may
 * happen twice, or finds out that it did.
 */
export function isAnswerLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number } };
  if (unmadeConnections.includes(String(code))) return false;
  if (lostAnswers.includes(error.name) || brokenConnections.includes(String(code))) return true;
  return ($metadata?.httpStatusCode ?? 0) >= 500;
}

/** True for a passing error of a request that was surely not carried out. */
export function isRefusedForNow(error: unknown): boolean {
  if (isAnswerLost(error)) return false;
  return isPassing(error) || unmadeConnections.includes(String((error as { code?: unknown } | null)?.code));
}

/** True when a request that may be carried out twice is to be sent again. */
export function isWorthRepeating(error: unknown): boolean {
  return isAnswerLost(error) || isRefusedForNow(error);
}

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
