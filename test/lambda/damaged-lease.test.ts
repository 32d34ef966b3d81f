import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { DynamoDbLeases } from '../../lambda/aws/dynamodb-leases';
import { LedgerTable } from '../../lambda/aws/ledger-table';
import { MemoryClock } from '../support/memory/world';

const scope = 'App/Migrations';
const holder = { id: 'me', description: 'test' };

/** A ledger whose lease is this item. `taken`: an update of it succeeds. */
function leases(item: Record<string, AttributeValue>, taken: boolean): DynamoDbLeases {
  const client = {
    async send(command: object) {
      if (command instanceof GetItemCommand) return { Item: item };
      if (taken) return { Attributes: item };
      throw new ConditionalCheckFailedException({ message: 'held', $metadata: {} });
    },
  } as unknown as DynamoDBClient;
  return new DynamoDbLeases(new LedgerTable('ledger', client), new MemoryClock(), 60_000);
}

const held = { holderId: { S: 'other' }, token: { N: '7' }, expiresAt: { N: '9000000000000' } };
const { expiresAt: _expiresAt, ...endless } = held;

describe('a lease that somebody damaged', () => {
  it('is named when it is held for ever, and can be unlocked', async () => {
    const damaged = leases(endless, false);

    await expect(damaged.acquire(scope, holder, false)).rejects.toMatchObject({
      code: 'LEASE_DAMAGED',
      message: expect.stringContaining('does not say until when'),
    });
    expect(await damaged.inspect(scope)).toMatchObject({ token: 7, expiresAt: 0 });
  });

  it.each([
    ['is too large to be told from its neighbour', { N: '9007199254740993' }],
    ['is a text', { S: '7' }],
    ['is missing', undefined],
  ])('is named when its token %s', async (_what, token) => {
    const item = { ...held, token } as Record<string, AttributeValue>;

    await expect(leases(item, true).acquire(scope, holder, false)).rejects.toMatchObject({ code: 'LEASE_DAMAGED' });
    await expect(leases(item, false).inspect(scope)).rejects.toMatchObject({ code: 'LEASE_DAMAGED' });
  });

  it('is waited for when it is not damaged', async () => {
    expect(await leases(held, false).acquire(scope, holder, false)).toMatchObject({
      token: 7,
      holder: { id: 'other' },
    });
  });
});
