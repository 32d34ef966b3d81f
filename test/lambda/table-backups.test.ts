import { type CreateBackupCommand, type DynamoDBClient, ListBackupsCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { backUp } from '../../lambda/aws/table-backups';
import { TableRequests } from '../../lambda/aws/table-requests';
import { session } from '../ports/support/records';

const properties = { DatabaseKind: 'dynamodb', Identity: 'shop-1', Tables: {}, TableNamePrefix: 'shop-' } as const;

/** Answers ListBackups page by page, and CreateBackup once. */
function requests(pages: readonly object[], created: () => unknown) {
  const sent: unknown[] = [];
  const left = [...pages];
  const send = async (command: unknown) => {
    sent.push(command);
    if (command instanceof ListBackupsCommand) return left.shift();
    return created();
  };
  return { sent, requests: new TableRequests({ send } as unknown as DynamoDBClient, properties, session(1)) };
}

const refusal = (name: string) => Object.assign(new Error(`${name} says why`), { name, $fault: 'client' as const });
const never = () => {
  throw new Error('was asked');
};

describe('the backup of a table', () => {
  it('is the one of this name, on whichever page it is listed', async () => {
    const mine = { BackupName: 'mine', BackupArn: 'arn:mine', BackupStatus: 'AVAILABLE' };
    const first = { BackupSummaries: [{ ...mine, BackupName: 'other' }], LastEvaluatedBackupArn: 'arn:other' };
    const { sent, requests: known } = requests([first, { BackupSummaries: [mine] }], never);

    expect(await backUp(known, 'orders', 'mine')).toEqual({ id: 'arn:mine', isComplete: true });
    expect((sent[1] as ListBackupsCommand).input).toMatchObject({ ExclusiveStartBackupArn: 'arn:other' });
  });

  it('is made when the only one of this name was deleted', async () => {
    const deleted = { BackupName: 'mine', BackupArn: 'arn:old', BackupStatus: 'DELETED' };
    const made = { BackupDetails: { BackupArn: 'arn:new', BackupStatus: 'CREATING' } };
    const { sent, requests: known } = requests([{ BackupSummaries: [deleted] }], () => made);

    expect(await backUp(known, 'orders', 'mine')).toEqual({ id: 'arn:new', isComplete: false });
    expect((sent[1] as CreateBackupCommand).input).toEqual({ TableName: 'shop-orders', BackupName: 'mine' });
  });

  it('is tried again while the table is busy', async () => {
    const { requests: known } = requests([{}], () => {
      throw refusal('TableInUseException');
    });

    expect(await backUp(known, 'orders', 'mine')).toMatchObject({ isComplete: false });
  });

  it('that fails keeps the table, with the reason', async () => {
    const { requests: known } = requests([{}], () => {
      throw refusal('ValidationException');
    });

    await expect(backUp(known, 'orders', 'mine')).rejects.toMatchObject({
      code: 'BACKUP_FAILED',
      message: expect.stringContaining('so the table is kept. '),
      payload: { table: 'orders' },
    });
  });
});
