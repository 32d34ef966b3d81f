import { AwsError } from '../../aws-error';
import { type Input, optionalText, record, records, text } from '../input';
import type { Backup } from './backup-store';
import type { Operation, OperationContext } from './operation';
import { TABLE_OPERATIONS } from './table-operations';

/**
 * On-demand backups (aws-facts DDB-25), which dynoxide does not have: the items as they are when the backup is asked for, and
 * what it takes to make the table again. Tags, time to live, recovery and streams are no part of one, as in AWS.
 */
const createBackup: Operation = async (input, context) => {
  const table = text(input, 'TableName');
  const name = text(input, 'BackupName');
  if (!/^[a-zA-Z0-9_.-]{3,255}$/.test(name)) {
    throw new AwsError('ValidationException', `BackupName ${name} must be 3 to 255 of a-z A-Z 0-9 _ - .`);
  }
  const description = await sourceTable(table, context);
  const items = await allItems(table, context);
  const { backups, clock, delay } = context;
  const now = clock.now();
  const number = String(backups.list().length + 1).padStart(8, '0');
  const backup: Backup = {
    arn: `${text(description, 'TableArn')}/backup/${String(now).padStart(14, '0')}-${number}`,
    name,
    table,
    createdAt: now,
    completeAt: now + delay('dynamodb-backup-ms'),
    description,
    items,
  };
  backups.put(backup);
  return { BackupDetails: details(backup, now) };
};

async function sourceTable(table: string, context: OperationContext): Promise<Input> {
  const ghost = context.lifecycle.ghost(table);
  try {
    const description = record(await TABLE_OPERATIONS['DescribeTable']!({ TableName: table }, context), 'Table');
    if (ghost || description['TableStatus'] !== 'ACTIVE') {
      throw new AwsError('TableInUseException', `Table ${table} is ${String(description['TableStatus'])}.`);
    }
    return description;
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error;
    throw new AwsError('TableNotFoundException', `Table not found: ${table}`);
  }
}

async function allItems(table: string, { forward }: OperationContext): Promise<readonly Input[]> {
  const items: Input[] = [];
  let ExclusiveStartKey: Input | undefined;
  do {
    const page = await forward('Scan', { TableName: table, ConsistentRead: true, ExclusiveStartKey });
    items.push(...records(page, 'Items'));
    ExclusiveStartKey = page['LastEvaluatedKey'] as Input | undefined;
  } while (ExclusiveStartKey);
  return items;
}

const describeBackup: Operation = async (input, { backups, clock }) => {
  const backup = existing(text(input, 'BackupArn'), backups.list());
  return {
    BackupDescription: {
      BackupDetails: details(backup, clock.now()),
      SourceTableDetails: { TableName: backup.table, ItemCount: backup.items.length },
    },
  };
};

const listBackups: Operation = async (input, { backups, clock }) => {
  const table = optionalText(input, 'TableName');
  const start = optionalText(input, 'ExclusiveStartBackupArn');
  const all = backups.list().filter((backup) => table === undefined || backup.table === table);
  const after = start === undefined ? 0 : all.findIndex(({ arn }) => arn === start) + 1;
  const page = all.slice(after, after + MOST_LISTED);
  return {
    BackupSummaries: page.map((backup) => ({ TableName: backup.table, ...details(backup, clock.now()) })),
    ...(after + MOST_LISTED < all.length && { LastEvaluatedBackupArn: page.at(-1)?.arn }),
  };
};

const MOST_LISTED = 100;

const deleteBackup: Operation = async (input, { backups, clock }) => {
  const backup = existing(text(input, 'BackupArn'), backups.list());
  backups.remove(backup.arn);
  return { BackupDescription: { BackupDetails: { ...details(backup, clock.now()), BackupStatus: 'DELETED' } } };
};

const restoreTableFromBackup: Operation = async (input, context) => {
  const table = text(input, 'TargetTableName');
  const { description, items } = existing(text(input, 'BackupArn'), context.backups.list());
  const onDemand = record(description, 'BillingModeSummary')['BillingMode'] === 'PAY_PER_REQUEST';
  const parts = (name: string) => {
    const indexes = records(description, name).map((index) => ({
      IndexName: index['IndexName'],
      KeySchema: index['KeySchema'],
      Projection: index['Projection'],
      ...(!onDemand && name.startsWith('Global') && { ProvisionedThroughput: units(index) }),
    }));
    return indexes.length > 0 ? { [name]: indexes } : {};
  };
  const request = {
    TableName: table,
    KeySchema: description['KeySchema'],
    AttributeDefinitions: description['AttributeDefinitions'],
    BillingMode: onDemand ? 'PAY_PER_REQUEST' : 'PROVISIONED',
    ...(!onDemand && { ProvisionedThroughput: units(description) }),
    ...parts('GlobalSecondaryIndexes'),
    ...parts('LocalSecondaryIndexes'),
  };
  const created = await TABLE_OPERATIONS['CreateTable']!(request, context);
  for (let start = 0; start < items.length; start += MOST_WRITTEN) {
    const puts = items.slice(start, start + MOST_WRITTEN).map((Item) => ({ PutRequest: { Item } }));
    await context.forward('BatchWriteItem', { RequestItems: { [table]: puts } });
  }
  return created;
};

const MOST_WRITTEN = 25;

function units(of: Input): Input {
  const { ReadCapacityUnits, WriteCapacityUnits } = record(of, 'ProvisionedThroughput');
  return { ReadCapacityUnits, WriteCapacityUnits };
}

function existing(arn: string, backups: readonly Backup[]): Backup {
  const found = backups.find((backup) => backup.arn === arn);
  if (!found) throw new AwsError('BackupNotFoundException', `Backup not found: ${arn}`);
  return found;
}

function details({ arn, name, createdAt, completeAt }: Backup, now: number) {
  return {
    BackupArn: arn,
    BackupName: name,
    BackupStatus: now >= completeAt ? 'AVAILABLE' : 'CREATING',
    BackupType: 'USER',
    BackupCreationDateTime: createdAt / 1000,
  };
}

export const BACKUP_OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateBackup: createBackup,
  DescribeBackup: describeBackup,
  ListBackups: listBackups,
  DeleteBackup: deleteBackup,
  RestoreTableFromBackup: restoreTableFromBackup,
};
