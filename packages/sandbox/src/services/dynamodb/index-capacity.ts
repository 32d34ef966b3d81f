import { AwsError } from '../../aws-error';
import { type Input, optionalNumber, record, text } from '../input';
import type { IndexDescription, TableDescription } from './table-description';

/** What a request says of the capacity of an index. */
export interface IndexCapacity {
  readonly ProvisionedThroughput?: Input;
  readonly OnDemandThroughput?: Input;
  readonly WarmThroughput?: Input;
}

export type IndexCapacities = Readonly<Record<string, IndexCapacity>>;

/** How many attributes each of the two keys of an index may have (aws-facts DDB-15). */
const MOST_KEYS = 4;

/** What an index of an on-demand table can take from the start (aws-facts DDB-16). */
const WARM_ON_DEMAND = { read: 12_000, write: 4_000 };

/**
 * dynoxide forgets the throughput of an index that is added to a table or changed, and knows no limit of an on-demand
 * index and no warm throughput; so they are kept here.
 */
export function capacityOf(definition: Input): IndexCapacity {
  const members = ['ProvisionedThroughput', 'OnDemandThroughput', 'WarmThroughput'] as const;
  return Object.fromEntries(members.filter((member) => definition[member]).map((name) => [name, definition[name]]));
}

/** The index as DynamoDB describes it: with throughput also where it is 0, and what it is warm for also when nobody asked. */
export function withCapacity(index: IndexDescription, table: TableDescription, capacity: IndexCapacity = {}) {
  const { OnDemandThroughput, ProvisionedThroughput = index.ProvisionedThroughput ?? {} } = capacity;
  const provisioned = isOnDemand(table) ? {} : ProvisionedThroughput;
  const first = warmAtFirst(provisioned, isOnDemand(table));
  const warm = warmUnits(capacity.WarmThroughput ?? {});
  return {
    ...index,
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
export function refuseIndex(definition: Input, keys: readonly Input[], onDemand: boolean): void {
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
    const count = keys.filter(({ KeyType }) => KeyType === type).length;
    if (count > MOST_KEYS)
      throw invalid(`The ${type} key of index ${name} has ${count} attributes, at most ${MOST_KEYS} are allowed`);
  }
  refuseColder(
    name,
    record(definition, 'WarmThroughput'),
    warmAtFirst(record(definition, 'ProvisionedThroughput'), onDemand),
  );
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
