import { checkProperties, checkTexts, refuse } from './refuse';

type FunctionName = (typeof functions)[number];
type Place = string | { readonly table: string; readonly target?: string };
type Seed = { readonly file: string; readonly delimiter?: string };

/** What `data()` is given, whichever items its functions are for. */
interface Declared extends Readonly<Partial<Record<FunctionName, unknown>>> {
  readonly dependsOn?: unknown;
  readonly irreversible?: boolean;
  readonly source: Place | Seed;
  readonly destination?: Place;
  readonly existing?: string;
  readonly mayFail?: number;
  readonly latencyBudget?: number | string;
  readonly segments?: number;
  readonly finish?: string;
  readonly sweep?: boolean;
}

const functions = ['transform', 'undo', 'validate', 'combine'] as const;

const properties = [
  ...['kind', 'dependsOn', 'name', 'irreversible', 'source', 'destination', ...functions],
  ...['existing', 'mayFail', 'latencyBudget', 'segments', 'finish', 'sweep'],
];
const mostSegments = 1_000;
/** Percent. */
const mostBudget = 1_000;

/** @throws TypeError that says what `data()` accepts */
export function checkData(props: Declared): void {
  checkProperties('The argument of data()', props, properties);
  checkTexts('dependsOn', props.dependsOn ?? []);
  if (isSeed(props.source)) checkSeed(props.source, props);
  else checkPlace('source', props.source);
  if (props.destination !== undefined) checkPlace('destination', props.destination);
  checkFunctions(props);
  checkChoice('existing', props.existing, ['keep', 'replace', 'combine']);
  checkChoice('finish', props.finish, ['application', 'background']);
  checkChoice('sweep', props.sweep, [true, false]);
  checkChoice('irreversible', props.irreversible, [true, false]);
  checkInteger('mayFail', props.mayFail, 0, Number.MAX_SAFE_INTEGER);
  checkBudget(props.latencyBudget);
  checkInteger('segments', props.segments, 1, mostSegments);
  checkDestination(props);
  checkUndo(props);
  checkWhen(props);
}

function checkPlace(property: string, place: Place): void {
  if (typeof place === 'string') {
    checkTable(place);
    return;
  }
  if (typeof place !== 'object' || place === null)
    refuse(`Property ${property}`, "be the name of a table, or an object such as { table: 'meals' }", place);
  checkProperties(`Property ${property}`, place, ['table', 'target']);
  checkTable(place.table);
  const { target } = place;
  if (target === undefined || (typeof target === 'string' && /^[a-z][a-z0-9-]*$/.test(target))) return;
  refuse(`The target of ${property}`, 'be lower-case letters, digits and hyphens', target);
}

/** Of a SQL database, the name may begin with that of its schema. */
function checkTable(name: string): void {
  if (typeof name === 'string' && /^[a-zA-Z0-9_.-]{1,255}$/.test(name)) return;
  refuse('The name of a table', 'be 1 to 255 of the characters a-z A-Z 0-9 _ - .', name);
}

function isSeed(source: Declared['source']): source is Seed {
  return typeof source === 'object' && source !== null && 'file' in source;
}

function checkSeed(seed: Seed, { destination, finish, sweep }: Declared): void {
  checkProperties('Property source', seed, ['file', 'delimiter']);
  const { file, delimiter } = seed;
  if (typeof file !== 'string' || !/^[^/\\:]([^\\:]*)\.(csv|jsonl|ndjson)$/.test(file))
    refuse('The file of source', 'be a path from here that ends with .csv, .jsonl or .ndjson', file);
  if (delimiter !== undefined) {
    if (!file.endsWith('.csv')) throw new TypeError('Only a CSV file has a delimiter.');
    // What quotes values or ends lines cannot separate them.
    if (typeof delimiter !== 'string' || !/^[^"\r\n]$/u.test(delimiter))
      refuse('The delimiter of source', 'be one character, and neither a quote nor an end of line', delimiter);
  }
  if (destination === undefined) throw new TypeError('A file as the source needs a destination.');
  if (sweep === true || finish === 'background')
    throw new TypeError(
      "A file does not change, so nothing of it is swept: sweep: true and finish: 'background' need a table.",
    );
}

function checkFunctions(props: Declared): void {
  for (const name of functions) {
    const value = props[name];
    if (value === undefined && name !== 'transform') continue;
    if (typeof value !== 'function') refuse(`Property ${name}`, 'be a function such as (item) => ({ ...item })', value);
    // By name: the function may be of another context, whose constructors are others.
    if (value.constructor.name !== 'Function')
      refuse(`Property ${name}`, 'be a function that returns its result at once', value.constructor.name);
  }
}

function checkDestination({ source, destination, existing, combine }: Declared): void {
  if (destination === undefined && (existing ?? combine) !== undefined)
    throw new TypeError(
      'Properties existing and combine need a destination: in place every item has a key of its own.',
    );
  if (destination !== undefined && !isSeed(source) && isSame(source, destination))
    throw new TypeError('The destination is the source. Leave destination out to transform the items where they are.');
  if ((existing === 'combine') === (combine !== undefined)) return;
  throw new TypeError("existing: 'combine' and the function combine need each other.");
}

function isSame(source: Place, destination: Place): boolean {
  const [a, b] = [source, destination].map((place) => (typeof place === 'string' ? { table: place } : place));
  return a!.table === b!.table && a!.target === b!.target;
}

function checkUndo({ undo, irreversible, combine }: Declared): void {
  if (undo !== undefined && irreversible === true)
    throw new TypeError('The migration is irreversible, but has a function undo, which would never run. Remove one.');
  if (combine === undefined || undo !== undefined || irreversible === true) return;
  // Several segments change one item in turn, so copies of what it was before cannot be put back segment by segment.
  throw new TypeError('A migration with combine needs a function undo, or irreversible: true.');
}

function checkWhen({ irreversible, finish, sweep }: Declared): void {
  if (irreversible === true && (finish ?? sweep) !== undefined)
    throw new TypeError('An irreversible migration runs after the update, so finish and sweep would do nothing.');
  if (finish === 'background' && sweep === false)
    throw new TypeError("finish: 'background' leaves to the sweep what it did not finish, so sweep must not be false.");
}

function checkBudget(value: unknown): void {
  const isPercent = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= mostBudget;
  if (value === undefined || value === 'none' || isPercent) return;
  refuse('Property latencyBudget', `be an integer from 1 to ${mostBudget}, or none`, value);
}

function checkChoice(property: string, value: unknown, choices: readonly unknown[]): void {
  if (value === undefined || choices.includes(value)) return;
  refuse(`Property ${property}`, `be ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`, value);
}

function checkInteger(property: string, value: unknown, least: number, most: number): void {
  if (value === undefined) return;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  refuse(`Property ${property}`, `be an integer ${range}`, value);
}
