import type { InvokeMessage } from '../protocol';
import type { Handler } from './load-handler';

/** Runs one invocation, whether the handler answers by promise or by callback, and returns the answer as JSON. */
export async function runHandler(handler: Handler, message: InvokeMessage): Promise<string> {
  const event: unknown = JSON.parse(message.payload);
  const result = await new Promise<unknown>((resolve, reject) => {
    const callback = (error: unknown, value?: unknown) => {
      if (error !== undefined && error !== null) reject(error);
      else resolve(value);
    };
    const returned = handler(event, contextOf(message, callback), callback);
    if (isThenable(returned)) returned.then(resolve, reject);
    // A synchronous handler that cannot know the callback is done; its return value is not an answer in Lambda either.
    else if (handler.length < 3) resolve(null);
  });
  return JSON.stringify(result ?? null) ?? 'null';
}

function contextOf(message: InvokeMessage, callback: (error: unknown, value?: unknown) => void): object {
  const environment = process.env;
  process.env['_X_AMZN_TRACE_ID'] = `Root=1-${message.requestId.slice(0, 8)}-000000000000000000000000;Sampled=0`;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: environment['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: environment['AWS_LAMBDA_FUNCTION_VERSION'],
    invokedFunctionArn: message.functionArn,
    memoryLimitInMB: environment['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    awsRequestId: message.requestId,
    logGroupName: environment['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: environment['AWS_LAMBDA_LOG_STREAM_NAME'],
    getRemainingTimeInMillis: () => Math.max(message.deadline - Date.now(), 0),
    done: callback,
    succeed: (value: unknown) => callback(null, value),
    fail: (error: unknown) => callback(error ?? new Error('The handler called context.fail without an error.')),
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}
