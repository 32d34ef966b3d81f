import { type BackupSummary, CreateBackupCommand, ListBackupsCommand } from '@aws-sdk/client-dynamodb';
import { hasCode, MigrationError } from '../../core/errors/index';
import type { RecoveryPoint } from '../../core/ports';
import { patiently } from './retry';
import { isClientFault, type TableRequests } from './table-requests';

/** On-demand backups of DynamoDB (aws-facts DDB-25), by their names: DynamoDB would make another one of the same name. */
export async function backUp(requests: TableRequests, table: string, name: string): Promise<RecoveryPoint> {
  try {
    return (await find(requests, table, name)) ?? (await create(requests, table, name));
  } catch (error) {
    // What the service refuses; what it did not answer, or is not allowed, has an error of its own.
    if (!isClientFault(error) && !hasCode(error, 'TABLE_OPERATION_FAILED')) throw error;
    throw new MigrationError(
      'BACKUP_FAILED',
      `The backup of table ${requests.physicalName(table)} failed, so the table is kept. ${error.message}`,
      { payload: { table }, cause: error, hint: 'Remove the cause, then run `migrations repair`.' },
    );
  }
}

async function find(requests: TableRequests, table: string, name: string): Promise<RecoveryPoint | undefined> {
  let start: string | undefined;
  do {
    const list = new ListBackupsCommand({
      TableName: requests.physicalName(table),
      BackupType: 'USER',
      ExclusiveStartBackupArn: start,
    });
    const page = await patiently(() => requests.client.send(list));
    const found = page.BackupSummaries?.find((one) => one.BackupName === name && one.BackupStatus !== 'DELETED');
    if (found) return toRecoveryPoint(found);
    start = page.LastEvaluatedBackupArn;
  } while (start !== undefined);
  return undefined;
}

function toRecoveryPoint({
  BackupArn,
  BackupStatus,
}: Pick<BackupSummary, 'BackupArn' | 'BackupStatus'>): RecoveryPoint {
  return { id: BackupArn ?? '', isComplete: BackupStatus === 'AVAILABLE' };
}

/** Errors after which the same request is sent again later. */
const passing: readonly string[] = [
  'BackupInUseException',
  'TableInUseException',
  'LimitExceededException',
  'ContinuousBackupsUnavailableException',
];

async function create(requests: TableRequests, table: string, name: string): Promise<RecoveryPoint> {
  const command = new CreateBackupCommand({ TableName: requests.physicalName(table), BackupName: name });
  let made: RecoveryPoint = { id: '', isComplete: false };
  const send = async () => {
    const { BackupDetails } = await requests.client.send(command);
    if (BackupDetails) made = toRecoveryPoint(BackupDetails);
  };
  await requests.change(table, send, (error) => passing.includes(error.name));
  return made;
}
