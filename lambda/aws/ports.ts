import type { TargetProperties } from '../../core/contract';
import type { Clock, Ports, Session, Target } from '../../core/ports';
import { AuroraPostgresql } from './aurora-postgresql';
import { Clients } from './clients';
import { CloudFormationStacks } from './cloudformation-stacks';
import { DataApi } from './data-api';
import { DynamoDbLeases } from './dynamodb-leases';
import { DynamoDbLedger } from './dynamodb-ledger';
import { DynamoDbRequests } from './dynamodb-requests';
import { DynamoDbTables } from './dynamodb-tables';
import { LedgerTable } from './ledger-table';
import { S3Bundles } from './s3-bundles';
import { SsmClaims } from './ssm-claims';

export interface AwsPortsOptions {
  readonly ledgerTable: string;
  /** Seconds a lease lives without renewal. */
  readonly leaseSeconds: number;
  readonly clients?: Clients;
}

/** Everything the engine needs, in AWS. */
export function awsPorts({ ledgerTable, leaseSeconds, clients = new Clients() }: AwsPortsOptions): Ports {
  const table = new LedgerTable(ledgerTable, clients);
  return {
    ledger: new DynamoDbLedger(table),
    leases: new DynamoDbLeases(table, systemClock, leaseSeconds * 1000),
    requests: new DynamoDbRequests(table),
    targets: { open: async (_name, properties, session) => openTarget(clients, properties, session) },
    bundles: new S3Bundles(clients),
    stacks: new CloudFormationStacks(clients),
    claims: new SsmClaims(clients),
    clock: systemClock,
  };
}

function openTarget(clients: Clients, properties: TargetProperties, session: Session): Target {
  return properties.Engine === 'dynamodb'
    ? new DynamoDbTables(clients, properties, session)
    : new AuroraPostgresql(new DataApi(clients, properties), session);
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
