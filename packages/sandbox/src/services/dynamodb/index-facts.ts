import { AwsError } from '../../aws-error';
import { type Input, optionalNumber, record, records, text } from '../input';
import type { IndexDescription, TableDescription } from './table-description';

/** What DynamoDB remembers of an index and dynoxide does not, as requests said it. */
export interface IndexFacts {
  readonly KeySchema?: readonly Input[];
  /** Of its keys. */
  readonly AttributeDefinitions?: readonly Input[];
  readonly ProvisionedThroughput?: Input;
  readonly OnDemandThroughput?: Input;
  readonly WarmThroughput?: Input;
}

/** By the name of the index. */
export type FactsOfIndexes = Readonly<Record<string, IndexFacts>>;

/** How many attributes each of the two keys of an index may have (aws-facts DDB-15). */
const MOST_KEYS = 4;

/** What an index of an on-demand table can take from the start (aws-facts DDB-16). */
const WARM_ON_DEMAND = { read: 12_000, write: 4_000 };

/**
 * dynoxide forgets the throughput of an index that is added to a table or changed, adds none with more than two key
 * attributes, and knows no limit of an on-demand index and no warm throughput.
 */
export function factsOf(definition: Input, attributes: readonly Input[]): IndexFacts {
  const members = ['KeySchema', 'ProvisionedThroughput', 'OnDemandThroughput', 'WarmThroughput'] as const;
  const keys = records(definition, 'KeySchema').map(({ AttributeName }) => AttributeName);
  return {
    ...Object.fromEntries(members.filter((member) => definition[member]).map((name) => [name, definition[name]])),
    ...(keys.length > 0 && {
      AttributeDefinitions: attributes.filter(({ AttributeName }) => keys.includes(AttributeName)),
    }),
  };
}

/** The attribute definitions of a table, with those of keys that dynoxide does not know of. */
export function allAttributes(known: TableDescription['AttributeDefinitions'], indexes: FactsOfIndexes) {
  const ofIndexes = Object.values(indexes).flatMap(({ AttributeDefinitions = [] }) => AttributeDefinitions);
  return [...new Map([...known, ...ofIndexes].map((one) => [one['AttributeName'], one])).values()];
}

/** An index that dynoxide adds: with the first attribute of each key, so it is queried by these. */
export function withTwoKeys(definition: Input): Input {
  const keys = records(definition, 'KeySchema');
  const first = ['HASH', 'RANGE'].flatMap((type) => keys.find(({ KeyType }) => KeyType === type) ?? []);
  return { ...definition, KeySchema: first };
}

/** The index as DynamoDB describes it: with throughput also where it is 0, and what it is warm for also when nobody asked. */
export function withFacts(index: IndexDescription, table: TableDescription, facts: IndexFacts = {}) {
  const { KeySchema, OnDemandThroughput, ProvisionedThroughput = index.ProvisionedThroughput ?? {} } = facts;
  const provisioned = isOnDemand(table) ? {} : ProvisionedThroughput;
  const first = warmAtFirst(provisioned, isOnDemand(table));
  const warm = warmUnits(facts.WarmThroughput ?? {});
  return {
    ...index,
    ...(KeySchema && { KeySchema }),
    ProvisionedThroughput: {
      NumberOfDecreasesToday: 0,
      ReadCapacityUnits: optionalNumber(provisioned, 'ReadCapacityUnits') ?? 0,
      WriteCapacityUnits: optionalNumber(provisioned, 'WriteCapacityUnits') ?? 0,
    },
    ...(OnDemandThroughput && isOnDemand(table) && { OnDemandThroughput }),
    WarmThroughput: {
      ReadUnitsPerSecond: Math.max(warm.read, first.read),
      WriteUnitsPerSecond: Math.max(warm.write, first.write),
      Status: 'ACTIVE',
    },
  };
}

/** What DynamoDB refuses of an index that is to be added. */
export function refuseIndex(definition: Input, onDemand: boolean): void {
  const name = text(definition, 'IndexName');
  const throughput = definition['ProvisionedThroughput'] !== undefined;
  if (onDemand && throughput) {
    throw invalid(
      'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  }
  if (!onDemand && !throughput) throw invalid(`ProvisionedThroughput is not specified for index: ${name}`);
  if (!onDemand && definition['OnDemandThroughput'] !== undefined) {
    throw invalid(`OnDemandThroughput cannot be specified for index ${name} when BillingMode is PROVISIONED`);
  }
  for (const type of ['HASH', 'RANGE']) {
    const count = records(definition, 'KeySchema').filter(({ KeyType }) => KeyType === type).length;
    if (count > MOST_KEYS)
      throw invalid(`The ${type} key of index ${name} has ${count} attributes, at most ${MOST_KEYS} are allowed`);
  }
  refuseColder(
    name,
    record(definition, 'WarmThroughput'),
    warmAtFirst(record(definition, 'ProvisionedThroughput'), onDemand),
  );
}

/** What DynamoDB refuses of an index that is to be changed. */
export function refuseIndexUpdate(change: Input, known: IndexFacts, onDemand: boolean): void {
  const first = warmAtFirst(known.ProvisionedThroughput ?? {}, onDemand);
  const raised = warmUnits(known.WarmThroughput ?? {});
  const current = { read: Math.max(first.read, raised.read), write: Math.max(first.write, raised.write) };
  refuseColder(text(change, 'IndexName'), record(change, 'WarmThroughput'), current);
}

export function isOnDemand({ BillingModeSummary }: TableDescription): boolean {
  return BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST';
}

/** Warm throughput is raised, never lowered (aws-facts DDB-16). */
function refuseColder(name: string, given: Input, current: { readonly read: number; readonly write: number }): void {
  const asked = warmUnits(given);
  if ((asked.read === 0 || asked.read >= current.read) && (asked.write === 0 || asked.write >= current.write)) return;
  throw invalid(
    `Requested WarmThroughput of index ${name} (${asked.read} reads, ${asked.write} writes) is lower than the current one (${current.read}, ${current.write})`,
  );
}

function warmAtFirst(provisioned: Input, onDemand: boolean) {
  if (onDemand) return WARM_ON_DEMAND;
  return {
    read: optionalNumber(provisioned, 'ReadCapacityUnits') ?? 0,
    write: optionalNumber(provisioned, 'WriteCapacityUnits') ?? 0,
  };
}

function warmUnits(given: Input) {
  return {
    read: optionalNumber(given, 'ReadUnitsPerSecond') ?? 0,
    write: optionalNumber(given, 'WriteUnitsPerSecond') ?? 0,
  };
}

function invalid(what: string): AwsError {
  return new AwsError('ValidationException', `One or more parameter values were invalid: ${what}`);
}
