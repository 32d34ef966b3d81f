import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** The asset, and a way to make the first client that every one of its functions makes. */
export * from '../../lambda/handlers/index';

export function newClient(): DynamoDBClient {
  return new DynamoDBClient({ region: 'eu-west-1' });
}
