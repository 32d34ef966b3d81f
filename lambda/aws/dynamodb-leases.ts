import {
  ConditionalCheckFailedException,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { MigrationError } from '../../core/errors/index';
import type { Clock, HeldLease, LeaseHolder, LeaseInfo, Leases } from '../../core/ports';
import { type Item, keyOf, type LedgerTable, sortKeys, toItem } from './ledger-table';
import { patiently } from './retry';

interface LeaseItem {
  readonly token: number;
  readonly holderId?: string;
  readonly description?: string;
  readonly acquiredAt?: string;
  readonly expiresAt?: number;
  readonly stopRequested?: boolean;
}

/** Milliseconds for which a renewal is trusted without another look. */
const renewEvery = 2_000;

/** Leases as conditional writes on one item per scope. The token stays when a lease is given back, and only grows. */
export class DynamoDbLeases implements Leases {
  constructor(
    private readonly table: LedgerTable,
    private readonly clock: Clock,
    private readonly milliseconds: number,
  ) {}

  async acquire(scope: string, holder: LeaseHolder, stop: boolean): Promise<HeldLease | LeaseInfo> {
    const now = this.clock.now();
    const taken = await this.update(scope, {
      UpdateExpression:
        'SET holderId = :id, description = :description, acquiredAt = :at, expiresAt = :expires REMOVE stopRequested ADD #token :one',
      ConditionExpression: 'attribute_not_exists(holderId) OR expiresAt <= :now OR holderId = :id',
      ExpressionAttributeNames: { '#token': 'token' },
      ExpressionAttributeValues: toItem({
        ':id': holder.id,
        ':description': holder.description,
        ':at': new Date(now).toISOString(),
        ':expires': now + this.milliseconds,
        ':now': now,
        ':one': 1,
      }),
    });
    if (taken) return this.session(scope, taken.token, now);
    if (stop) await this.askToStop(scope);
    const current = await this.inspect(scope);
    if (current?.expiresAt === 0) throw damaged(scope, 'it is held, and does not say until when');
    return current ?? this.acquire(scope, holder, stop);
  }

  async release(session: HeldLease): Promise<void> {
    await this.remove(session.scope, session.token);
  }

  async inspect(scope: string): Promise<LeaseInfo | undefined> {
    const item = await this.table.getItem(scope, sortKeys.lease);
    const lease = item && leaseOf(scope, item);
    if (!lease?.holderId) return undefined;
    const { token, holderId, description = '', acquiredAt = '', expiresAt = 0, stopRequested = false } = lease;
    return { holder: { id: holderId, description }, token, acquiredAt, expiresAt, stopRequested };
  }

  revoke(scope: string, token: number): Promise<boolean> {
    return this.remove(scope, token);
  }

  private session(scope: string, token: number, takenAt: number): HeldLease {
    let renewedAt = takenAt;
    const guard = async () => {
      // The clock runs on while a process is stopped, so one that wakes up late sees it here.
      if (this.clock.now() - renewedAt < Math.min(renewEvery, this.milliseconds / 4)) return;
      renewedAt = await this.renew(scope, token);
    };
    return { scope, token, guard };
  }

  private async renew(scope: string, token: number): Promise<number> {
    const now = this.clock.now();
    const renewed = await this.update(scope, {
      UpdateExpression: 'SET expiresAt = :expires',
      ConditionExpression: '#token = :token AND attribute_exists(holderId) AND expiresAt > :now',
      ExpressionAttributeNames: { '#token': 'token' },
      ExpressionAttributeValues: toItem({ ':expires': now + this.milliseconds, ':token': token, ':now': now }),
    });
    if (renewed && !renewed.stopRequested) return now;
    const why = renewed ? 'another request asked its holder to stop' : 'it expired or was taken over';
    throw new MigrationError('LEASE_LOST', `The lease on ${scope} with token ${token} was lost: ${why}.`);
  }

  private async askToStop(scope: string): Promise<void> {
    await this.update(scope, {
      UpdateExpression: 'SET stopRequested = :yes',
      ConditionExpression: 'attribute_exists(holderId)',
      ExpressionAttributeValues: toItem({ ':yes': true }),
    });
  }

  private async remove(scope: string, token: number): Promise<boolean> {
    const removed = await this.update(scope, {
      UpdateExpression: 'REMOVE holderId, description, acquiredAt, expiresAt, stopRequested',
      ConditionExpression: '#token = :token AND attribute_exists(holderId)',
      ExpressionAttributeNames: { '#token': 'token' },
      ExpressionAttributeValues: toItem({ ':token': token }),
    });
    return removed !== undefined;
  }

  /** The item after the update, or undefined when its condition did not hold. */
  private async update(
    scope: string,
    input: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>,
  ): Promise<LeaseItem | undefined> {
    const command = {
      TableName: this.table.name,
      Key: keyOf(scope, sortKeys.lease),
      ReturnValues: 'ALL_NEW' as const,
      ...input,
    };
    try {
      const { Attributes } = await patiently(() => this.table.client.send(new UpdateItemCommand(command)));
      return leaseOf(scope, Attributes ?? {});
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }
}

/** @throws LEASE_DAMAGED for a token that numbers cannot tell from its neighbours: then a stale holder would count as the present one */
function leaseOf(scope: string, item: Item): LeaseItem {
  const token = item['token']?.N;
  if (!Number.isSafeInteger(Number(token))) throw damaged(scope, `its token is ${token ?? 'no number'}`);
  return unmarshall(item) as LeaseItem;
}

/** Nobody of us writes such an item, so waiting for it to change would be in vain. */
function damaged(scope: string, what: string): MigrationError {
  return new MigrationError('LEASE_DAMAGED', `The lease on ${scope} in the ledger is damaged: ${what}.`, {
    payload: { scope },
    hint:
      'Somebody changed the item LEASE of the ledger. If it only lacks its expiry, run `migrations unlock`. Otherwise restore it ' +
      '(point-in-time recovery), or give it a whole token that is greater than all before and below 2^53.',
  });
}
