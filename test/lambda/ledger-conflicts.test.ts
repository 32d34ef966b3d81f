import { type DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { emptyState } from '../../core/ledger/state';
import { DynamoDbLedger } from '../../lambda/aws/dynamodb-ledger';
import { LedgerTable } from '../../lambda/aws/ledger-table';
import { session } from '../ports/support/records';

const scope = 'App/Migrations';

/** A ledger whose first writes are cancelled for these reasons, one list for each write. */
function ledger(...cancellations: readonly (readonly string[])[]) {
  const left = [...cancellations];
  let writes = 0;
  const client = {
    async send() {
      writes += 1;
      const codes = left.shift();
      if (!codes) return {};
      throw new TransactionCanceledException({
        message: 'cancelled',
        $metadata: {},
        CancellationReasons: codes.map((Code) => ({ Code })),
      });
    },
  } as unknown as DynamoDBClient;
  const write = () =>
    new DynamoDbLedger(new LedgerTable('ledger', client), { now: () => 0 }).write(
      session(3, scope),
      { ...emptyState(scope), version: 4 },
      { events: [] },
    );
  return { write, writes: () => writes };
}

/** The items of a transaction begin with the lease and the head. */
describe('a write of the ledger that DynamoDB cancels', () => {
  it.each(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])(
    'is repeated after %s',
    async (code) => {
      const { write, writes } = ledger(['None', code], [code, 'None']);

      expect((await write()).version).toBe(5);
      expect(writes()).toBe(3);
    },
  );

  it('says that the lease was lost, and is not repeated', async () => {
    const { write, writes } = ledger(['ConditionalCheckFailed', 'None']);

    await expect(write()).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(writes()).toBe(1);
  });

  it('says that the lease was lost also when the head was changed by who took it', async () => {
    await expect(ledger(['ConditionalCheckFailed', 'ConditionalCheckFailed']).write()).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
  });

  it('says that the state was changed, and is not repeated', async () => {
    const { write, writes } = ledger(['None', 'ConditionalCheckFailed']);

    await expect(write()).rejects.toMatchObject({ code: 'STATE_CHANGED' });
    expect(writes()).toBe(1);
  });

  it('is not repeated when only a part of the reasons passes by itself', async () => {
    const { write, writes } = ledger(['TransactionConflict', 'ValidationError']);

    await expect(write()).rejects.toThrow('cancelled');
    expect(writes()).toBe(1);
  });
});
