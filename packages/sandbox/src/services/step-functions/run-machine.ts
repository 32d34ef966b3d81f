import { adaptDefinition, type Json, type JsonObject } from './definition';
import { distributedMap } from './distributed-map';
import type { HistoryEvent } from './execution-store';
import { type InterpreterEvent, interpreter } from './interpreter';
import { StatesError } from './states-error';
import { type TaskContext, type TaskHandler, taskHandler } from './task';

export interface MachineRun {
  /** Rejects with a {@link StatesError}, or the interpreter's error for a timeout or an abort. */
  readonly result: Promise<Json>;
  abort(): void;
}

/** Size of a state's input, output and result (aws-facts SFN-2). */
const MAX_PAYLOAD_BYTES = 262_144;

/** Runs a definition. Errors in the definition that the sandbox cannot run are the execution's failure. */
export function runMachine(
  definition: JsonObject,
  input: Json,
  context: JsonObject,
  tasks: TaskContext,
  onEvent: (event: HistoryEvent) => void = () => {},
): MachineRun {
  const adapted = adaptDefinition(definition);
  const aborts = new Set<() => void>();
  const runChild = (child: JsonObject, childInput: Json, childContext: JsonObject): Promise<Json> => {
    const run = runMachine(child, childInput, childContext, tasks);
    aborts.add(run.abort);
    return run.result.finally(() => aborts.delete(run.abort));
  };
  const handlers: Record<string, TaskHandler> = {};
  for (const task of adapted.tasks) handlers[task.name] = limited(task.name, taskHandler(task, tasks));
  for (const map of adapted.distributedMaps) handlers[map.name] = limited(map.name, distributedMap(map, runChild));

  const machine = new (interpreter().StateMachine)(adapted.definition, {
    validationOptions: { noValidate: true },
  });
  const run = machine.run(input, { context, overrides: { taskResourceLocalHandlers: handlers } });
  return {
    result: Promise.all([run.result, forward(run.eventLogs, onEvent)]).then(([result]) => result, rethrow),
    abort() {
      run.abort();
      for (const abort of aborts) abort();
    },
  };
}

function limited(state: string, handler: TaskHandler): TaskHandler {
  return async (input) => {
    const result = await handler(input);
    if (Buffer.byteLength(JSON.stringify(result)) <= MAX_PAYLOAD_BYTES) return result;
    throw new StatesError(
      'States.DataLimitExceeded',
      `The state/task '${state}' returned a result with a size exceeding the maximum number of bytes service limit.`,
      false,
    );
  };
}

/** The interpreter wraps the error of the failed state in one of its own. */
function rethrow(error: unknown): never {
  const inner = error instanceof Error && error.name === 'ExecutionError' ? error.cause : error;
  if (inner instanceof Error && ('isRetryable' in inner || inner.name.startsWith('Execution'))) throw inner;
  throw new StatesError('States.Runtime', inner instanceof Error ? inner.message : String(inner));
}

async function forward(events: AsyncIterable<InterpreterEvent>, onEvent: (event: HistoryEvent) => void): Promise<void> {
  for await (const event of events) onEvent(historyEvent(event));
}

/** `StateEntered` of a Task is `TaskStateEntered` in a history; the others keep their names. */
function historyEvent({ type, timestamp, state, Error: error, Cause: cause }: InterpreterEvent): HistoryEvent {
  return {
    type: state && /^State(Entered|Exited)$/.test(type) ? `${state.type}${type}` : type,
    timestamp,
    ...(state && { state: state.name, input: state.input, output: state.output }),
    ...(error !== undefined && { error, cause: typeof cause === 'string' ? cause : JSON.stringify(cause) }),
  };
}
