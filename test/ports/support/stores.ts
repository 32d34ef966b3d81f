import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import type { Leases, Ledger, Pass, Requests, Segments } from '../../../core/ports';
import { imagePartition } from '../../../core/wire';
import { DynamoDbLeases } from '../../../lambda/aws/dynamodb-leases';
import { DynamoDbLedger } from '../../../lambda/aws/dynamodb-ledger';
import { DynamoDbRequests } from '../../../lambda/aws/dynamodb-requests';
import { DynamoDbSegments } from '../../../lambda/aws/dynamodb-segments';
import { LedgerTable } from '../../../lambda/aws/ledger-table';
import { createTable, startDynamoDb } from '../../support/dynoxide';
import { MemoryLeases } from '../../support/memory/leases';
import { MemoryLedger } from '../../support/memory/ledger';
import { MemoryRequests } from '../../support/memory/requests';
import { MemorySegments } from '../../support/memory/segments';
import { MemoryClock } from '../../support/memory/world';

/** The three ports that share the ledger's table, and the clock that decides when a lease is over. */
export interface Store {
  readonly ledger: Ledger;
  readonly leases: Leases;
  readonly requests: Requests;
  readonly clock: MemoryClock;
  close(): Promise<void>;
}

export interface StoreKind {
  readonly name: string;
  open(): Promise<Store>;
}

/** Milliseconds of a lease in these suites. */
export const leaseTime = 60_000;

export const stores: readonly StoreKind[] = [
  { name: 'memory', open: openMemory },
  { name: 'DynamoDB (dynoxide)', open: openDynamoDb },
];

async function openMemory(): Promise<Store> {
  const clock = new MemoryClock();
  const leases = new MemoryLeases(clock, leaseTime);
  const requests = new MemoryRequests();
  return { clock, leases, requests, ledger: new MemoryLedger(leases, requests), close: async () => undefined };
}

export interface SegmentStore {
  readonly segments: Segments;
  readonly clock: MemoryClock;
  /** As a worker leaves it that dies while it keeps a batch of images of several parts. */
  loseFirstPart(pass: Pass, segment: number, number: number): Promise<void>;
  close(): Promise<void>;
}

export const segmentStores: readonly { readonly name: string; open(): Promise<SegmentStore> }[] = [
  { name: 'memory', open: openMemorySegments },
  { name: 'DynamoDB (dynoxide)', open: openDynamoDbSegments },
];

async function openMemorySegments(): Promise<SegmentStore> {
  const clock = new MemoryClock();
  const whole = () => Promise.reject(new Error('Memory keeps a batch as a whole.'));
  return { clock, segments: new MemorySegments(clock), loseFirstPart: whole, close: async () => undefined };
}

async function openDynamoDbSegments(): Promise<SegmentStore> {
  const { client, close } = await openTable();
  const clock = new MemoryClock();
  return {
    clock,
    segments: new DynamoDbSegments(new LedgerTable('ledger', client), clock),
    async loseFirstPart({ scope, deployment, key, step, direction }, segment, number) {
      const pk = imagePartition(scope, [deployment, key, step, direction].join('#'), segment);
      const sk = `${String(number).padStart(16, '0')}#0000`;
      await client.send(new DeleteItemCommand({ TableName: 'ledger', Key: { pk: { S: pk }, sk: { S: sk } } }));
    },
    close,
  };
}

async function openDynamoDb(): Promise<Store> {
  const { client, close } = await openTable();
  const clock = new MemoryClock();
  const table = new LedgerTable('ledger', client);
  return {
    clock,
    ledger: new DynamoDbLedger(table, clock),
    leases: new DynamoDbLeases(table, clock, leaseTime),
    requests: new DynamoDbRequests(table),
    close,
  };
}

/** The ledger's table on a server of its own. */
async function openTable() {
  const { client, stop } = await startDynamoDb();
  await createTable(client, 'ledger', [
    ['pk', 'S'],
    ['sk', 'S'],
  ]);
  return { client, close: stop };
}
