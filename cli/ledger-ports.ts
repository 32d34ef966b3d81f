import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Ports } from '../core/ports';

/** Seconds after which a lease of this process expires unless renewed, as for the functions. */
const leaseSeconds = 60;

/** What the engine needs, with the ledger in this table. */
export async function portsOn(ledgerTable: string, dynamodb: DynamoDBClient): Promise<Ports> {
  const { awsPorts } = await import('../lambda/aws/ports.js');
  return awsPorts({ ledgerTable, leaseSeconds, dynamodb });
}
