import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { startDynoxide } from '../../packages/sandbox/src/services/dynamodb/dynoxide/start';

export interface DynamoDbServer {
  readonly endpoint: string;
  readonly client: DynamoDBClient;
  stop(): Promise<void>;
}

/** @param folder where the files of the server lie; one in memory makes it independent of the disk */
export async function startDynamoDb(folder = tmpdir()): Promise<DynamoDbServer> {
  const own = mkdtempSync(join(folder, 'dynoxide-'));
  const server = await startDynoxide(join(own, 'tables.db'), process.env);
  const client = dynamoDbClientOf(server.endpoint);
  return {
    endpoint: server.endpoint,
    client,
    async stop() {
      client.destroy();
      await server.stop();
      rmSync(own, { recursive: true, force: true });
    },
  };
}

export function dynamoDbClientOf(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials });
}

/** A folder in memory, where the system has one. */
export const memoryFolder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

type KeyAttribute = readonly [name: string, type: 'S' | 'N' | 'B'];

/** Makes a table with a partition key, and a sort key if there are two. */
export async function createTable(client: DynamoDBClient, name: string, keys: readonly KeyAttribute[]): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: keys.map(([AttributeName], index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
      AttributeDefinitions: keys.map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    }),
  );
}
