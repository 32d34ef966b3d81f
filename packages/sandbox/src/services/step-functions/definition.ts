import { StatesError } from './states-error';

export type JsonObject = { readonly [key: string]: Json };
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface Task {
  readonly name: string;
  readonly state: JsonObject;
}

/** A definition as the interpreter needs it, and the states that it hands to the sandbox. */
export interface AdaptedDefinition {
  readonly definition: JsonObject;
  readonly tasks: readonly Task[];
  readonly distributedMaps: readonly Task[];
}

/** Where the whole input of a Distributed Map comes from, for the task that plays it. */
const MAP_PARAMETERS = { 'input.$': '$', 'context.$': '$$' } as const;

/** AWS has no timeout for a task by default; the interpreter has 60 s. Timers take at most 24 days. */
const NO_TIMEOUT_SECONDS = 2_000_000;
const NESTED_MACHINES = ['ItemProcessor', 'Iterator', 'Branches'];
const TYPE_TESTS = ['IsPresent', 'IsNull', 'IsNumeric', 'IsString', 'IsBoolean', 'IsTimestamp'];

/** Corrects where the interpreter differs from Step Functions. Each rule says how; tests pin each of them down. */
export function adaptDefinition(definition: JsonObject): AdaptedDefinition {
  const tasks: Task[] = [];
  const distributedMaps: Task[] = [];

  const adaptMachine = (machine: JsonObject): JsonObject => ({
    ...machine,
    States: Object.fromEntries(
      Object.entries(objectOf(machine['States'])).map(([name, state]) => [name, adaptState(name, objectOf(state))]),
    ),
  });

  const adaptState = (name: string, raw: JsonObject): JsonObject => {
    refuseUnknownLanguage(name, raw);
    const state = withoutRootResultPath(withStateName(name, raw));
    if (state['Type'] === 'Map' && isDistributed(state)) {
      distributedMaps.push({ name, state });
      return distributedMapTask(state);
    }
    if (state['Type'] === 'Task') {
      tasks.push({ name, state });
      return 'TimeoutSecondsPath' in state ? state : { TimeoutSeconds: NO_TIMEOUT_SECONDS, ...state };
    }
    if (state['Type'] === 'Choice') {
      return { ...state, Choices: listOf(state['Choices']).map((rule) => adaptRule(objectOf(rule))) };
    }
    return adaptNested(state, adaptMachine);
  };

  return { definition: adaptMachine(definition), tasks, distributedMaps };
}

function adaptNested(state: JsonObject, adaptMachine: (machine: JsonObject) => JsonObject): JsonObject {
  const nested: Record<string, Json> = { ...state };
  for (const key of ['ItemProcessor', 'Iterator']) {
    if (key in state) nested[key] = adaptMachine(objectOf(state[key]));
  }
  if ('Branches' in state)
    nested['Branches'] = listOf(state['Branches']).map((branch) => adaptMachine(objectOf(branch)));
  return nested;
}

function refuseUnknownLanguage(name: string, state: JsonObject): void {
  const jsonata = state['QueryLanguage'] === 'JSONata';
  if (!jsonata && !('Assign' in state)) return;
  throw new StatesError(
    'States.Runtime',
    `State '${name}' uses ${jsonata ? 'JSONata' : 'variables (Assign)'}. The sandbox runs JSONPath state machines only.`,
  );
}

/** `$$.State.Name` is known here; the input of the execution is kept where nested machines do not replace it. */
function withStateName(name: string, state: JsonObject): JsonObject {
  const replace = (value: Json): Json => {
    if (typeof value === 'string') return value.replaceAll('$$.Execution.Input', () => '$$.ExecutionInput');
    if (Array.isArray(value)) return value.map(replace);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        // The states of a nested machine are adapted on their own.
        if (NESTED_MACHINES.includes(key)) return [key, inner];
        return inner === '$$.State.Name' && key.endsWith('.$') ? [key.slice(0, -2), name] : [key, replace(inner)];
      }),
    );
  };
  return replace(state) as JsonObject;
}

/** `ResultPath: "$"` is the default; the interpreter would make a member called `$`. */
function withoutRootResultPath(state: JsonObject): JsonObject {
  const { Catch, ...rest } = state['ResultPath'] === '$' ? without(state, 'ResultPath') : state;
  if (!Array.isArray(Catch)) return rest;
  const catchers = (Catch as readonly JsonObject[]).map((catcher) =>
    catcher['ResultPath'] === '$' ? without(catcher, 'ResultPath') : catcher,
  );
  return { ...rest, Catch: catchers };
}

/** The interpreter never matches `IsPresent: false` and its like; `Not` says the same. */
function adaptRule(rule: JsonObject): JsonObject {
  const adapted: Record<string, Json> = { ...rule };
  for (const key of ['And', 'Or']) {
    if (key in rule) adapted[key] = listOf(rule[key]).map((inner) => adaptRule(objectOf(inner)));
  }
  if ('Not' in rule) adapted['Not'] = adaptRule(objectOf(rule['Not']));
  const test = TYPE_TESTS.find((name) => rule[name] === false);
  if (test === undefined) return adapted;
  const { [test]: _false, Variable, ...rest } = adapted;
  return { ...rest, Not: { Variable: Variable ?? null, [test]: true } };
}

function isDistributed(state: JsonObject): boolean {
  const processor = objectOf(state['ItemProcessor'] ?? {});
  return objectOf(processor['ProcessorConfig'] ?? {})['Mode'] === 'DISTRIBUTED';
}

/** The interpreter knows inline Map only: a Distributed Map becomes a task that ./distributed-map.ts performs. */
function distributedMapTask(state: JsonObject): JsonObject {
  const kept = ['Next', 'End', 'InputPath', 'ResultSelector', 'ResultPath', 'OutputPath', 'Retry', 'Catch'];
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::sandbox:distributedMap',
    TimeoutSeconds: NO_TIMEOUT_SECONDS,
    Parameters: MAP_PARAMETERS,
    ...Object.fromEntries(Object.entries(state).filter(([key]) => kept.includes(key))),
  };
}

export function objectOf(value: Json | undefined): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new StatesError('States.Runtime', `The definition has ${JSON.stringify(value)} where an object belongs.`);
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function without(object: JsonObject, key: string): JsonObject {
  const { [key]: _removed, ...rest } = object;
  return rest;
}
