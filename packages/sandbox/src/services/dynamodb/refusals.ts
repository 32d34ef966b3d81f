import { AwsError } from '../../aws-error';
import { type Input, optionalNumber, optionalText, record, records, text, texts } from '../input';
import { allAttributes, type FactsOfIndexes } from './index-facts';
import type { TableDescription } from './table-description';

/** What DynamoDB refuses of a request, whatever was done before, and dynoxide takes. */

/** The quotas of a table (aws-facts DDB-20). */
const MOST_INDEXES = 20;
const MOST_INCLUDED = 20;
const MOST_INCLUDED_IN_ALL = 100;

/** Also those that a policy may have (aws-facts DDB-29). */
const LARGEST_POLICY = 20_480;
const VIEWS = ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'];

export function refuseTable(input: Input): void {
  const global = records(input, 'GlobalSecondaryIndexes');
  refuseIncluded([...global, ...records(input, 'LocalSecondaryIndexes')]);
  refuseStream(input);
  refuseTags(input);
  const policy = optionalText(input, 'ResourcePolicy');
  if (policy !== undefined) refusePolicy(policy);
}

/** @param isOnDemand after the change */
export function refuseUpdate(
  input: Input,
  before: TableDescription,
  { indexes = {}, isOnDemand }: { readonly indexes?: FactsOfIndexes; readonly isOnDemand: boolean },
): void {
  refuseStream(input);
  const changes = records(input, 'GlobalSecondaryIndexUpdates');
  const created = changes.flatMap((change) => (change['Create'] ? [record(change, 'Create')] : []));
  const isIndexChange = created.length > 0 || changes.some((change) => change['Delete'] !== undefined);
  if (isIndexChange && input['ProvisionedThroughput'] !== undefined) {
    throw invalid('The throughput of the table and its indexes cannot be changed in one request');
  }
  if (created.length > 0) refuseAdded(created, input, before, indexes);
  refuseThroughput(changes, before, indexes, isOnDemand);
}

function refuseAdded(created: readonly Input[], input: Input, before: TableDescription, indexes: FactsOfIndexes): void {
  const { GlobalSecondaryIndexes: global = [], LocalSecondaryIndexes: local = [] } = before;
  if (global.length + created.length > MOST_INDEXES) {
    throw invalid(`GlobalSecondaryIndex count exceeds the per-table limit of ${MOST_INDEXES}`);
  }
  refuseIncluded([...global.map((index) => ({ ...index })), ...local, ...created]);
  const keys = new Set(
    [before, ...global, ...local, ...Object.values(indexes)].flatMap((one) =>
      records({ ...one }, 'KeySchema').map(({ AttributeName }) => AttributeName),
    ),
  );
  const known = new Map(
    allAttributes(before.AttributeDefinitions, indexes).map((one) => [one['AttributeName'], one['AttributeType']]),
  );
  for (const { AttributeName, AttributeType } of records(input, 'AttributeDefinitions')) {
    const type = keys.has(AttributeName) ? known.get(AttributeName) : undefined;
    if (type === undefined || type === AttributeType) continue;
    throw invalid(`Attribute ${String(AttributeName)} has type ${String(type)} in other keys of the table`);
  }
}

function refuseIncluded(indexes: readonly Input[]): void {
  const counts = indexes.map((index) => texts(record(index, 'Projection'), 'NonKeyAttributes').length);
  if (counts.some((count) => count > MOST_INCLUDED)) {
    throw invalid(`NonKeyAttributes of an index must have at most ${MOST_INCLUDED} members`);
  }
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all <= MOST_INCLUDED_IN_ALL) return;
  throw invalid(`Number of projected attributes of all indexes is ${all}, at most ${MOST_INCLUDED_IN_ALL} are allowed`);
}

function refuseThroughput(
  changes: readonly Input[],
  before: TableDescription,
  indexes: FactsOfIndexes,
  isOnDemand: boolean,
): void {
  const wasOnDemand = before.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST';
  const given = changes.flatMap((change) => (change['Update'] ? [record(change, 'Update')] : []));
  const wanted = new Map(given.map((one) => [text(one, 'IndexName'), one['ProvisionedThroughput']] as const));
  if (isOnDemand && [...wanted.values()].some((throughput) => throughput !== undefined)) {
    throw invalid(
      'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  }
  for (const { IndexName, ProvisionedThroughput } of before.GlobalSecondaryIndexes ?? []) {
    const throughput = wanted.get(IndexName);
    if (wasOnDemand && !isOnDemand && throughput === undefined) {
      throw invalid(`ProvisionedThroughput must be specified for index: ${IndexName}`);
    }
    if (wasOnDemand || throughput === undefined) continue;
    const current = unitsOf(indexes[IndexName]?.ProvisionedThroughput ?? ProvisionedThroughput ?? {});
    if (unitsOf(record({ throughput }, 'throughput')) !== current) continue;
    throw new AwsError(
      'ValidationException',
      `The provisioned throughput for the index ${IndexName} will not change. The requested value equals the current value.`,
    );
  }
}

function unitsOf(throughput: Input): string {
  return ['ReadCapacityUnits', 'WriteCapacityUnits'].map((name) => optionalNumber(throughput, name)).join();
}

function refuseStream(input: Input): void {
  const stream = record(input, 'StreamSpecification');
  if (stream['StreamEnabled'] !== true || VIEWS.includes(String(stream['StreamViewType']))) return;
  throw invalid(`StreamViewType of an enabled stream must be one of ${VIEWS.join(', ')}`);
}

/** Keys of tags that begin with `aws:` are for AWS itself (aws-facts DDB-28). */
export function refuseTags(input: Input): void {
  const reserved = records(input, 'Tags').find(({ Key }) => /^aws:/i.test(String(Key)));
  if (reserved) throw invalid(`Tag key ${String(reserved['Key'])} begins with aws:, which is reserved`);
}

export function refusePolicy(policy: string): void {
  if (Buffer.byteLength(policy) > LARGEST_POLICY) {
    throw new AwsError('ValidationException', `Resource policy size exceeds ${LARGEST_POLICY} bytes`);
  }
  if (!isObject(policy)) throw new AwsError('ValidationException', 'Resource policy is not a JSON object');
}

function isObject(policy: string): boolean {
  try {
    const value: unknown = JSON.parse(policy);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function invalid(what: string): AwsError {
  return new AwsError('ValidationException', `One or more parameter values were invalid: ${what}`);
}
