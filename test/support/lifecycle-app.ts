import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnOutput, Duration, Fn, NestedStack, SecretValue, Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { DatabaseMigrations, type DatabaseMigrationsProps, MigrationTarget } from '../../lib/index';
import { writeFiles } from './migrations-folder';

/** The files of a release, by path below the migrations folder. */
export type Release = Readonly<Record<string, string>>;

export interface LifecycleAppOptions {
  /** Name of the stack. */
  readonly stack: string;
  readonly release: Release;
  /** Value of a parameter that is deployed after the migrations, so that it can fail after them. */
  readonly sibling: string;
  /** Leave the migrations construct out. */
  readonly without?: boolean;
  readonly props?: Partial<DatabaseMigrationsProps>;
  /** Name of the stack whose databases are used, when they are not this stack's own. */
  readonly databasesOf?: string;
  /** Names its cluster and secret literally, so that the other stack may be deleted first. */
  readonly imported?: ImportedCluster;
  /** Put the migrations, and the sibling after them, into a nested stack. */
  readonly nested?: boolean;
  readonly databaseName?: string;
  /** Of the stack's own cluster. Default: aurora-postgresql. */
  readonly engine?: DatabaseEngine;
  /** A ledger that exists already. Default: one of its own. */
  readonly ledgerTable?: (stack: Stack) => ITable;
  /** Seconds that CloudFormation waits for the migrations. */
  readonly timeout?: number;
  /** Milliseconds that a section waits for a lock. */
  readonly lockTimeout?: number;
  /** More to add to the stack. */
  readonly add?: (stack: Stack, migrations: DatabaseMigrations | undefined) => void;
}

type DatabaseEngine = 'aurora-postgresql' | 'aurora-mysql';

export interface ImportedCluster {
  readonly identifier: string;
  readonly secretArn: string;
}

export const prefixOf = (stack: string) => `${stack.toLowerCase()}-`;

/** Synthesizes a stack with an Aurora cluster, tables, migrations, and a sibling after them. Returns the assembly's folder. */
export function synthLifecycleApp(folder: string, options: LifecycleAppOptions): string {
  const migrationsPath = writeMigrations(folder, options.release);
  const app = new App({
    outdir: mkdtempSync(join(folder, 'cdk-')),
    analyticsReporting: false,
    // It takes seconds, and what these templates say is checked in test/lib.
    builtinCloudFormationValidation: false,
  });
  const root = new Stack(app, options.stack);
  const stack = options.nested ? new NestedStack(root, 'Nested') : root;
  const cluster = options.databasesOf
    ? importedCluster(stack, options.databasesOf, options.imported)
    : ownCluster(stack, options.engine);
  const migrations = options.without ? undefined : addMigrations(stack, migrationsPath, cluster, options);
  const sibling = new ssm.StringParameter(stack, 'Sibling', { stringValue: options.sibling });
  (sibling.node.defaultChild as ssm.CfnParameter).overrideLogicalId('Sibling');
  migrations?.dependOnMigrations(sibling);
  options.add?.(root, migrations);
  return app.synth().directory;
}

/** Synthesizes a stack with a cluster and nothing else; outputs `ClusterArn` and `SecretArn`. */
export function synthDatabases(folder: string, name: string): string {
  const app = new App({ outdir: mkdtempSync(join(folder, 'cdk-')), analyticsReporting: false });
  const stack = new Stack(app, name);
  const { resource, secretArn } = ownCluster(stack);
  new CfnOutput(stack, 'ClusterArn', { value: resource!.attrDbClusterArn });
  new CfnOutput(stack, 'SecretArn', { value: secretArn! });
  return app.synth().directory;
}

/** Writes a release to a folder of its own below another one. */
export function writeMigrations(folder: string, release: Release): string {
  const path = mkdtempSync(join(folder, 'migrations-'));
  writeFiles(path, release);
  return path;
}

const engines = {
  'aurora-postgresql': rds.DatabaseClusterEngine.AURORA_POSTGRESQL,
  'aurora-mysql': rds.DatabaseClusterEngine.AURORA_MYSQL,
};

interface Cluster {
  readonly cluster: rds.IDatabaseCluster;
  readonly resource?: rds.CfnDBCluster;
  readonly secretArn?: string;
}

function ownCluster(stack: Stack, engine: DatabaseEngine = 'aurora-postgresql'): Cluster {
  const secret = new secretsmanager.CfnSecret(stack, 'Secret', {
    secretString: SecretValue.unsafePlainText('{"username":"postgres","password":"postgres"}').unsafeUnwrap(),
  });
  const resource = new rds.CfnDBCluster(stack, 'Cluster', {
    engine,
    databaseName: 'app',
    enableHttpEndpoint: true,
    masterUsername: 'postgres',
    masterUserPassword: Fn.join('', ['{{resolve:secretsmanager:', secret.ref, ':SecretString:password}}']),
  });
  const writer = new rds.CfnDBInstance(stack, 'Writer', {
    dbClusterIdentifier: resource.ref,
    engine,
    dbInstanceClass: 'db.serverless',
  });
  stack.exportValue(resource.attrDbClusterArn, { name: `${stack.stackName}-cluster` });
  stack.exportValue(resource.ref, { name: `${stack.stackName}-cluster-id` });
  stack.exportValue(secret.ref, { name: `${stack.stackName}-secret` });
  const cluster = importCluster(stack, resource.ref, secret.ref, engine);
  cluster.node.addDependency(writer);
  return { cluster, resource, secretArn: secret.ref };
}

function importedCluster(stack: Stack, owner: string, imported: ImportedCluster | undefined): Cluster {
  if (imported) return { cluster: importCluster(stack, imported.identifier, imported.secretArn) };
  return { cluster: importCluster(stack, Fn.importValue(`${owner}-cluster-id`), Fn.importValue(`${owner}-secret`)) };
}

function importCluster(
  stack: Stack,
  clusterIdentifier: string,
  secretArn: string,
  engine: DatabaseEngine = 'aurora-postgresql',
): rds.IDatabaseCluster {
  return rds.DatabaseCluster.fromDatabaseClusterAttributes(stack, 'Database', {
    clusterIdentifier,
    engine: engines[engine],
    secret: secretsmanager.Secret.fromSecretCompleteArn(stack, 'DatabaseSecret', secretArn),
    dataApiEnabled: true,
  });
}

function addMigrations(
  stack: Stack,
  migrationsPath: string,
  { cluster, resource }: Cluster,
  options: LifecycleAppOptions,
): DatabaseMigrations {
  const owner = options.databasesOf ?? options.stack;
  const timeout = options.timeout && {
    timeout: Duration.seconds(options.timeout),
    forwardTimeout: Duration.seconds(Math.floor(options.timeout / 2)),
  };
  const lockTimeout = options.lockTimeout && { lockTimeout: Duration.millis(options.lockTimeout) };
  const migrations = new DatabaseMigrations(stack, 'Migrations', {
    migrationsPath,
    targets: {
      users: MigrationTarget.aurora(cluster, { databaseName: options.databaseName ?? 'app', ...lockTimeout }),
      meals: MigrationTarget.dynamodb({ tableNamePrefix: prefixOf(owner) }),
    },
    ledgerTable: options.ledgerTable?.(stack),
    ...timeout,
    ...options.props,
  });
  const writer = stack.node.tryFindChild('Writer');
  if (resource && writer) migrations.node.addDependency(resource, writer);
  return migrations;
}

/** A folder of its own below the system's, and how to remove it. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'cdk-migrations-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
