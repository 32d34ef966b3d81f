import type { FunctionErrorDocument } from './protocol';

/** How an invocation ended. A failed one has the error document as its payload. */
export interface InvocationResult {
  readonly payload: string;
  readonly error?: FunctionErrorDocument;
}

export function failed(error: FunctionErrorDocument): InvocationResult {
  return { payload: JSON.stringify(error), error };
}

export function timedOut(requestId: string, timeoutSeconds: number): FunctionErrorDocument {
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
  };
}

export function crashed(requestId: string, exitCode: number | null): FunctionErrorDocument {
  const how = exitCode === null ? 'signal: killed' : `exit status ${exitCode}`;
  const reason = exitCode === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${how}`;
  return { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: ${reason}` };
}

/** Thrown to callers inside the sandbox that want the result or an error. */
export class FunctionError extends Error {
  constructor(
    readonly functionName: string,
    readonly document: FunctionErrorDocument,
  ) {
    super(`${document.errorType}: ${document.errorMessage} (function ${functionName})`);
    this.name = document.errorType;
  }
}
