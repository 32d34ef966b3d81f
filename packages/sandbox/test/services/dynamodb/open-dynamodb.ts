import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../../src/services/clock';
import { type DynamoDbService, dynamoDbService } from '../../../src/services/dynamodb';
import { StateStore } from '../../../src/state';
import { type ServedService, serveService } from '../../helpers/serve-service';

export const ENVIRONMENT = { region: 'eu-west-1', account: '111122223333', partition: 'aws' } as const;

export interface DynamoDbUnderTest {
  readonly service: DynamoDbService;
  readonly client: DynamoDBClient;
  readonly served: ServedService;
  readonly folder: string;
  close(): Promise<void>;
}

interface OpenOptions {
  /** Default: a new one. */
  readonly folder?: string;
  /** Default: the time of this machine. */
  readonly clock?: Clock;
  readonly onIndexDeleted?: (table: string, index: string) => void;
}

export async function openDynamoDb(
  assumptions: Readonly<Record<string, string>> = {},
  { folder = mkdtempSync(join(tmpdir(), 'dynamodb-')), clock, onIndexDeleted }: OpenOptions = {},
): Promise<DynamoDbUnderTest> {
  const state = new StateStore(folder);
  const service = dynamoDbService({ state, environment: ENVIRONMENT, assumptions, clock, onIndexDeleted });
  const served = await serveService(service);
  const client = new DynamoDBClient(served.client);
  return {
    service,
    client,
    served,
    folder,
    async close() {
      client.destroy();
      await served.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function simpleTable(name: string): CreateTableCommandInput {
  return {
    TableName: name,
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
  };
}
