import { AwsError } from '../../aws-error';
import type { InvocationResult } from '../lambda/function-error';
import type { Json, JsonObject, Task } from './definition';
import { StatesError, unsupported } from './states-error';

/** How a state machine calls functions: with the permissions of its own role. */
export interface TaskContext {
  /** Throws AccessDeniedException when the state machine's role does not allow it. */
  readonly invoke: (functionName: string, payload: string) => Promise<InvocationResult>;
  readonly invokeAsync: (functionName: string, payload: string) => void;
  readonly crashError: 'typed' | 'unknown';
}

export type TaskHandler = (input: Json) => Promise<Json>;

const FUNCTION_ARN = /^arn:aws:lambda:[^:]*:\d*:function:/;
const INVOKE = 'arn:aws:states:::lambda:invoke';

/** What a Task state does. Resources that the sandbox does not know fail when they are reached, not before. */
export function taskHandler({ name, state }: Task, context: TaskContext): TaskHandler {
  const resource = String(state['Resource']);
  if (FUNCTION_ARN.test(resource)) return async (input) => answer(resource, input, context);
  if (resource === INVOKE) return (input) => invokeTask(name, input as JsonObject, context);
  return async () => {
    throw unsupported(name, `calls '${resource}' (it knows Lambda function ARNs and ${INVOKE})`);
  };
}

async function invokeTask(state: string, parameters: JsonObject, context: TaskContext): Promise<Json> {
  const functionName = parameters?.['FunctionName'];
  if (typeof functionName !== 'string') {
    throw new StatesError('States.Runtime', `State '${state}' calls ${INVOKE} without a FunctionName.`);
  }
  const payload = parameters['Payload'] ?? {};
  if (parameters['InvocationType'] === 'Event') {
    await refusedAsError(async () => context.invokeAsync(functionName, JSON.stringify(payload)));
    return { StatusCode: 202, Payload: '' };
  }
  const result = await answer(functionName, payload, context);
  return { ExecutedVersion: '$LATEST', Payload: result, StatusCode: 200 };
}

async function answer(functionName: string, input: Json, context: TaskContext): Promise<Json> {
  const { error, payload } = await refusedAsError(() => context.invoke(functionName, JSON.stringify(input)));
  if (!error) return JSON.parse(payload) as Json;
  const crash = error.errorType === 'Runtime.ExitError' || error.errorType === 'Sandbox.Timedout';
  throw new StatesError(crash && context.crashError === 'unknown' ? 'Lambda.Unknown' : error.errorType, payload);
}

/** What the Lambda service itself refuses is called `Lambda.<code>`, for example `Lambda.TooManyRequestsException`. */
async function refusedAsError<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const code = error.code === 'AccessDeniedException' ? 'AWSLambdaException' : error.code;
    throw new StatesError(`Lambda.${code}`, error.message);
  }
}
