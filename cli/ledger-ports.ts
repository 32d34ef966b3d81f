import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { BundledMigration } from '../core/bundle/bundle';
import type { Claims, MigrationModule, Ports, SchemaDatabase } from '../core/ports';
import type { AuroraTargetProperties } from '../core/wire';

/** Seconds after which a lease of this process expires unless renewed, as for the functions. */
const leaseSeconds = 60;

/** What the engine needs, with the ledger in this table. */
export async function portsOn(ledgerTable: string, dynamodb: DynamoDBClient): Promise<Ports> {
  const { awsPorts } = await import('../lambda/aws/ports.js');
  return awsPorts({ ledgerTable, leaseSeconds, dynamodb });
}

/** The functions of a migration that was compiled here. */
export async function evaluateHere(migration: BundledMigration): Promise<MigrationModule> {
  const { evaluate } = await import('../lambda/aws/evaluate.js');
  return evaluate(migration);
}

/** Who owns which database, in the account and region at hand. */
export async function claimsHere(): Promise<Claims> {
  const { claims } = await import('../lambda/aws/ports.js');
  return claims();
}

/** The ARN with which this process calls AWS; undefined when STS does not say. */
export async function callerHere(): Promise<string | undefined> {
  const { callerArn } = await import('../lambda/aws/caller.js');
  return callerArn();
}

/** The schema of a database that answers at an endpoint of its own, with no permissions asked. */
export async function schemaOn(endpoint: string, properties: AuroraTargetProperties): Promise<SchemaDatabase> {
  const { openSql } = await import('../lambda/aws/ports.js');
  const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' };
  const lease = { scope: 'scratch', token: Date.now(), guard: async () => undefined };
  return (await openSql(properties, lease, { endpoint, region: 'eu-west-1', credentials })).schema!;
}
