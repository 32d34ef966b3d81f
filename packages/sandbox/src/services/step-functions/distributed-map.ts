import { type Json, type JsonObject, objectOf, type Task } from './definition';
import { StatesError, unsupported } from './states-error';
import type { TaskHandler } from './task';

/** Runs a definition with an input and a context object; rejects with the error of the failed state. */
export type RunMachine = (definition: JsonObject, input: Json, context: JsonObject) => Promise<Json>;

/** Step Functions starts up to 10,000 children at a time; a laptop does not gain from more than this. */
const MAX_CHILDREN = 40;
const UNSUPPORTED = ['ItemReader', 'ResultWriter', 'MaxConcurrencyPath', 'ToleratedFailurePercentagePath'];

/** A Distributed Map (aws-facts SFN-3): children of their own, batches, tolerated failures. Items from the input. */
export function distributedMap({ name, state }: Task, run: RunMachine): TaskHandler {
  return async (parameters) => {
    const missing = UNSUPPORTED.find((key) => key in state);
    if (missing) throw unsupported(name, `uses ${missing} in a Distributed Map`);
    const input = objectOf(parameters)['input'] ?? null;
    const context = objectOf(objectOf(parameters)['context']);
    const items = await selectItems(name, state, input, context, run);
    const inputs = batches(state, await eachItem(state, items, input, context, run));

    const results = new Array<Json>(inputs.length).fill(null);
    const failures: JsonObject[] = [];
    const tolerated = toleratedFailures(state, inputs.length);
    await inParallel(inputs, limitOf(state), async (childInput, index) => {
      if (failures.length > tolerated) return;
      const child = { ...context, Map: { Item: { Index: index, Value: childInput } } };
      results[index] = await run(objectOf(state['ItemProcessor']), childInput, child).catch((error: unknown) => {
        const failure = { Error: nameOf(error), Cause: messageOf(error) };
        failures.push(failure);
        return failure;
      });
    });
    if (failures.length <= tolerated) return results;
    throw new StatesError(
      'States.ExceedToleratedFailureThreshold',
      'The specified tolerated failure threshold was exceeded: ' +
        `${failures.length} of ${inputs.length} children failed. First failure: ${JSON.stringify(failures[0])}`,
    );
  };
}

async function selectItems(name: string, state: JsonObject, input: Json, context: JsonObject, run: RunMachine) {
  const path = state['ItemsPath'] ?? '$';
  const items = await evaluate({ 'items.$': path }, input, context, run).then((result) => objectOf(result)['items']);
  if (Array.isArray(items)) return items as readonly Json[];
  throw new StatesError('States.Runtime', `State '${name}' needs an array at ${JSON.stringify(path)} of its input.`);
}

function eachItem(state: JsonObject, items: readonly Json[], input: Json, context: JsonObject, run: RunMachine) {
  const selector = state['ItemSelector'] ?? state['Parameters'];
  if (selector === undefined) return items;
  const select = (value: Json, index: number) =>
    evaluate(selector, input, { ...context, Map: { Item: { Index: index, Value: value } } }, run);
  return Promise.all(items.map(select));
}

/** The interpreter evaluates a payload template when it is the Parameters of a Pass state. */
function evaluate(template: Json, input: Json, context: JsonObject, run: RunMachine): Promise<Json> {
  const pass = { StartAt: 'Evaluate', States: { Evaluate: { Type: 'Pass', Parameters: template, End: true } } };
  return run(pass, input, context);
}

function batches(state: JsonObject, items: readonly Json[]): readonly Json[] {
  if (!('ItemBatcher' in state)) return items;
  const batcher = objectOf(state['ItemBatcher']);
  const size = Number(batcher['MaxItemsPerBatch'] ?? items.length) || 1;
  const batchInput = batcher['BatchInput'];
  const extra: JsonObject = batchInput === undefined ? {} : { BatchInput: batchInput };
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => ({
    ...extra,
    Items: items.slice(index * size, (index + 1) * size),
  }));
}

function toleratedFailures(state: JsonObject, total: number): number {
  const percentage = (Number(state['ToleratedFailurePercentage'] ?? 0) / 100) * total;
  return Math.max(Number(state['ToleratedFailureCount'] ?? 0), percentage);
}

function limitOf(state: JsonObject): number {
  return Math.min(Number(state['MaxConcurrency'] ?? 0) || MAX_CHILDREN, MAX_CHILDREN);
}

async function inParallel<T>(items: readonly T[], limit: number, work: (item: T, index: number) => Promise<void>) {
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) await work(items[index] as T, index);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'States.Runtime';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
