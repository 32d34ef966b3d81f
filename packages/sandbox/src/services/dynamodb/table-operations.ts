import { AwsError } from '../../aws-error';
import { type Input, optionalText, record, records, text } from '../input';
import {
  allAttributes,
  type FactsOfIndexes,
  factsOf,
  isOnDemand,
  refuseIndex,
  refuseIndexUpdate,
  withFacts,
  withTwoKeys,
} from './index-facts';
import { oneIndexOnly } from './lifecycle';
import type { Operation, OperationContext } from './operation';
import { refuseTable, refuseUpdate } from './refusals';
import { rememberStreamStart } from './stream-operations';
import type { IndexDescription, TableDescription } from './table-description';
import { decreasesToday, refuseTooOften } from './table-limits';

const createTable: Operation = async (input, context) => {
  const { lifecycle, facts, forward } = context;
  const table = text(input, 'TableName');
  lifecycle.refuseBusy(table);
  const given = records(input, 'GlobalSecondaryIndexes');
  for (const index of given) refuseIndex(index, input['BillingMode'] === 'PAY_PER_REQUEST');
  refuseTable(input);
  const { TableDescription: created } = await forward('CreateTable', input);
  facts.forget(table);
  const indexes = Object.fromEntries(
    given.map((index) => [text(index, 'IndexName'), factsOf(index, records(input, 'AttributeDefinitions'))]),
  );
  const policy = optionalText(input, 'ResourcePolicy');
  facts.set(table, {
    partitionKey: partitionKeyOf(input),
    ...(given.length > 0 && { indexes }),
    ...(input['SSESpecification'] !== undefined && { encryption: record(input, 'SSESpecification') }),
    ...(policy !== undefined && { policy: { text: policy, revision: '1' } }),
  });
  lifecycle.creating(table);
  return { TableDescription: describe(created as TableDescription, context) };
};

function partitionKeyOf(input: Input): string | undefined {
  const key = records(input, 'KeySchema').find(({ KeyType }) => KeyType === 'HASH');
  return key && text(key, 'AttributeName');
}

const describeTable: Operation = async (input, context) => {
  const { lifecycle, forward } = context;
  const table = text(input, 'TableName');
  lifecycle.refuseUnseen(table);
  const ghost = lifecycle.ghost(table);
  if (ghost) return { Table: ghost };
  const { Table } = await forward('DescribeTable', input);
  return { Table: describe(Table as TableDescription, context) };
};

/** With what dynoxide does not know of it. */
function describe(given: TableDescription, { lifecycle, facts, clock }: OperationContext): TableDescription {
  const { indexes: known = {}, decreases = {}, encryption, classChanges = [] } = facts.of(given.TableName);
  const counted = (part: Input | undefined, times: readonly number[] = []) => ({
    ...part,
    NumberOfDecreasesToday: decreasesToday(times, clock.now()),
    ...(times.length > 0 && { LastDecreaseDateTime: times.at(-1)! / 1000 }),
  });
  const described = {
    ...lifecycle.describe(given),
    ProvisionedThroughput: counted(given.ProvisionedThroughput, decreases['']),
    ...encryptionDescription(encryption),
    ...(classChanges.length > 0 && {
      TableClassSummary: { ...given.TableClassSummary, LastUpdateDateTime: classChanges.at(-1)! / 1000 },
    }),
  };
  const indexes = described.GlobalSecondaryIndexes?.map((index) => {
    const shown = withFacts(index, described, known[index.IndexName]);
    return { ...shown, ProvisionedThroughput: counted(shown.ProvisionedThroughput, decreases[index.IndexName]) };
  });
  const AttributeDefinitions = allAttributes(described.AttributeDefinitions, known);
  return indexes ? { ...described, AttributeDefinitions, GlobalSecondaryIndexes: indexes } : described;
}

/** dynoxide keeps the encryption that a table is created with, and takes no change of it. */
function encryptionDescription(encryption: Input | undefined) {
  if (!encryption) return {};
  if (encryption['Enabled'] !== true) return { SSEDescription: undefined };
  const { KMSMasterKeyId = 'alias/aws/dynamodb' } = encryption;
  return { SSEDescription: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: KMSMasterKeyId } };
}

const deleteTable: Operation = async (input, { lifecycle, facts, forward }) => {
  const table = text(input, 'TableName');
  // DeleteTable of a table that is being deleted succeeds (aws-facts DDB-5).
  const ghost = lifecycle.ghost(table);
  if (ghost) return { TableDescription: ghost };
  lifecycle.refuseBusy(table);
  const { TableDescription: deleted } = await forward('DeleteTable', input);
  facts.forget(table);
  lifecycle.deleting(table, deleted as TableDescription);
  return { TableDescription: lifecycle.ghost(table) ?? deleted };
};

/**
 * dynoxide takes any number of index changes in one call, enables an enabled stream again, disables a disabled one, and
 * is done when it answers. DynamoDB takes one index change, refuses the others, and takes its time (aws-facts DDB-2).
 */
const updateTable: Operation = async (input, context) => {
  const { lifecycle, facts, forward } = context;
  const table = text(input, 'TableName');
  const change = indexChange(table, input);
  lifecycle.refuseBusy(table);
  if (change) lifecycle.refuseSecondIndexChange(table, change.verb === 'Delete' ? change.index : undefined);
  const before = await currentTable(table, forward);
  const stream = streamChange(input, before);
  const onDemand = input['BillingMode'] === undefined ? isOnDemand(before) : input['BillingMode'] === 'PAY_PER_REQUEST';
  if (change?.verb === 'Create') refuseIndex(change.given, onDemand);
  for (const update of records(input, 'GlobalSecondaryIndexUpdates').flatMap(({ Update }) => Update ?? [])) {
    const given = record({ update }, 'update');
    refuseIndexUpdate(given, facts.of(table).indexes?.[text(given, 'IndexName')] ?? {}, onDemand);
  }
  refuseUpdate(input, before, { indexes: facts.of(table).indexes, isOnDemand: onDemand });
  const counted = refuseTooOften(input, describe(before, context), context);
  const forwarded = forDynoxide(input);
  const updated = forwarded ? (await forward('UpdateTable', forwarded))['TableDescription'] : before;
  const description = updated as TableDescription;
  facts.set(table, {
    ...counted,
    indexes: changedIndexes(input, facts.of(table).indexes),
    ...(input['SSESpecification'] !== undefined && { encryption: record(input, 'SSESpecification') }),
  });
  if (stream === 'enabled') await rememberStreamStart(description, context);
  if (change) beginIndexChange(table, change, before, context);
  else lifecycle.updating(table);
  return { TableDescription: describe(description, context) };
};

/** The request without what is kept here; undefined when nothing is left of it. */
function forDynoxide(input: Input): Input | undefined {
  const { GlobalSecondaryIndexUpdates: _updates, SSESpecification: _encryption, ...others } = input;
  const updates = records(input, 'GlobalSecondaryIndexUpdates')
    .filter((update) => !update['Update'] || record(update, 'Update')['ProvisionedThroughput'] !== undefined)
    .map((update) => (update['Create'] ? { ...update, Create: withTwoKeys(record(update, 'Create')) } : update));
  if (updates.length > 0) return { ...others, GlobalSecondaryIndexUpdates: updates };
  const isKeptHere = input['GlobalSecondaryIndexUpdates'] !== undefined || input['SSESpecification'] !== undefined;
  return isKeptHere && Object.keys(others).length === 1 ? undefined : others;
}

function changedIndexes(input: Input, before: FactsOfIndexes = {}): FactsOfIndexes {
  const changed = new Map(Object.entries(before));
  for (const update of records(input, 'GlobalSecondaryIndexUpdates')) {
    for (const [verb, value] of Object.entries(update)) {
      const index = record({ value }, 'value');
      const name = text(index, 'IndexName');
      if (verb === 'Delete') changed.delete(name);
      else
        changed.set(name, {
          ...(verb === 'Update' && changed.get(name)),
          ...factsOf(index, records(input, 'AttributeDefinitions')),
        });
    }
  }
  return Object.fromEntries(changed);
}

interface IndexChange {
  readonly verb: 'Create' | 'Delete';
  readonly index: string;
  readonly given: Input;
}

function indexChange(table: string, input: Input): IndexChange | undefined {
  const changes = records(input, 'GlobalSecondaryIndexUpdates').flatMap((update) =>
    (['Create', 'Delete'] as const)
      .filter((verb) => update[verb])
      .map((verb) => ({ verb, index: text(record(update, verb), 'IndexName'), given: record(update, verb) })),
  );
  if (changes.length > 1) throw oneIndexOnly(table);
  return changes[0];
}

function beginIndexChange(
  table: string,
  { verb, index }: IndexChange,
  before: TableDescription,
  { lifecycle, facts, onIndexDeleted }: OperationContext,
): void {
  if (verb === 'Create') {
    lifecycle.indexChanging(table, index, 'CREATING');
    return;
  }
  const ghost: IndexDescription | undefined = before.GlobalSecondaryIndexes?.find(
    ({ IndexName }) => IndexName === index,
  );
  lifecycle.indexChanging(table, index, 'DELETING', ghost);
  facts.set(table, { insights: facts.of(table).insights?.filter((name) => name !== index) });
  onIndexDeleted(table, index);
}

function streamChange(input: Input, before: TableDescription): 'enabled' | 'disabled' | undefined {
  const wanted = record(input, 'StreamSpecification')['StreamEnabled'];
  if (wanted === undefined) return undefined;
  const enabled = before.StreamSpecification?.StreamEnabled === true;
  if (wanted === true && enabled) {
    throw new AwsError('ValidationException', `Table already has an enabled stream: TableName: ${before.TableName}`);
  }
  if (wanted === false && !enabled) {
    throw new AwsError('ValidationException', `Table is already disabled for stream: TableName: ${before.TableName}`);
  }
  return wanted === true ? 'enabled' : 'disabled';
}

async function currentTable(table: string, forward: OperationContext['forward']): Promise<TableDescription> {
  const { Table } = await forward('DescribeTable', { TableName: table });
  return Table as TableDescription;
}

export const TABLE_OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateTable: createTable,
  DescribeTable: describeTable,
  DeleteTable: deleteTable,
  UpdateTable: updateTable,
};
