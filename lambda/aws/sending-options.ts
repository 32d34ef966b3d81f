/** Milliseconds. No call of the engine's takes longer, but for SQL statements; an answer that is later does not come. */
const usualTimeout = 30_000;

/**
 * How every SDK client here sends its requests. Without limits a call whose answer is lost would wait for as long as its
 * function may run; and the SDK only logs a warning when the limit is passed, unless it is told to throw.
 */
export function sendingOptions(requestTimeout = usualTimeout) {
  return {
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout,
      throwOnRequestTimeout: true,
      // An answer that has begun may stop in the middle.
      socketTimeout: requestTimeout,
    },
  } as const;
}
