import { CfnResource, type Duration, Stack, Token } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import * as rds from 'aws-cdk-lib/aws-rds';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { TargetBinding } from './target-binding';
import { environmentOf, nameInApp } from './target-clashes';
import { AuroraDatabaseKind, type AuroraTargetOptions } from './target-options';

/** The resources without which a cluster cannot be reached. Others of it may depend on functions that wait for migrations. */
const NEEDED = new Set([
  'AWS::RDS::DBCluster',
  'AWS::RDS::DBInstance',
  'AWS::SecretsManager::Secret',
  'AWS::SecretsManager::SecretTargetAttachment',
]);

const DATA_API_ACTIONS = ['ExecuteStatement', 'BeginTransaction', 'CommitTransaction', 'RollbackTransaction'];

export function auroraTarget(cluster: rds.IDatabaseCluster, options: AuroraTargetOptions): TargetBinding {
  const { databaseName, lockTimeout } = options;
  const secret = options.secret ?? ownSecret(cluster);
  const resource = ownResource(cluster);
  const databaseKind = options.databaseKind ?? kindOfEngine(cluster) ?? AuroraDatabaseKind.AURORA_POSTGRESQL;

  return {
    databaseKind,
    baseline: options.baseline,
    engineVersion: cluster.engine?.engineVersion?.fullVersion,
    errors: [
      ...engineErrors(cluster, options),
      ...databaseNameErrors(databaseName, databaseKind),
      ...secretErrors(secret),
      ...lockTimeoutErrors(lockTimeout, databaseKind),
    ],
    claims: (owner) => [
      {
        kind: 'database',
        name: `${nameInApp(cluster, cluster.clusterIdentifier, resource?.dbClusterIdentifier)}/${databaseName}`,
        environment: environmentOf(cluster.env, owner),
      },
    ],
    resources: neededResources([cluster, ...(secret ? [secret] : [])]),
    tables: [],
    tableName: () => undefined,
    validate: () => (resource ? dataApiErrors(resource) : []),
    properties: () => ({
      DatabaseKind: databaseKind,
      Identity: `${cluster.clusterArn}/${databaseName}`,
      ClusterArn: cluster.clusterArn,
      SecretArn: secret?.secretArn ?? '',
      DatabaseName: databaseName,
      ...(lockTimeout ? { LockTimeout: String(lockTimeout.toMilliseconds()) } : {}),
    }),
    permissions: () => [
      new PolicyStatement({
        actions: DATA_API_ACTIONS.map((name) => `rds-data:${name}`),
        resources: [cluster.clusterArn],
      }),
      // Only RDS itself can say that a cluster which cannot be reached is gone (aws-facts RDS-15).
      new PolicyStatement({ actions: ['rds:DescribeDBClusters'], resources: [cluster.clusterArn] }),
      ...(secret ? secretPermissions(secret) : []),
    ],
  };
}

/** The cluster's resource when it is part of this app, undefined when it is imported. */
function ownResource(cluster: rds.IDatabaseCluster): rds.CfnDBCluster | undefined {
  const child = cluster.node.tryFindChild('Resource');
  return child instanceof rds.CfnDBCluster ? child : undefined;
}

/** Clusters have a secret, but the interface that own and imported clusters share does not declare it. */
function ownSecret(cluster: rds.IDatabaseCluster): secretsmanager.ISecret | undefined {
  return cluster instanceof rds.DatabaseClusterBase ? cluster.secret : undefined;
}

function neededResources(owners: readonly (rds.IDatabaseCluster | secretsmanager.ISecret)[]): CfnResource[] {
  const found = owners.flatMap((owner) => owner.node.findAll()).filter((child) => CfnResource.isCfnResource(child));
  return [...new Set(found)].filter((child) => NEEDED.has(child.cfnResourceType));
}

const kinds: readonly string[] = Object.values(AuroraDatabaseKind);

function kindOfEngine(cluster: rds.IDatabaseCluster): AuroraDatabaseKind | undefined {
  return Object.values(AuroraDatabaseKind).find((kind) => kind === cluster.engine?.engineType);
}

function engineErrors(cluster: rds.IDatabaseCluster, { databaseKind }: AuroraTargetOptions): string[] {
  const engine = cluster.engine?.engineType;
  if (engine === undefined) return [];
  if (!kinds.includes(engine)) {
    return [`the cluster's engine is ${engine}, which is not supported. Supported: ${kinds.join(', ')}.`];
  }
  if (databaseKind === undefined || databaseKind === engine) return [];
  return [`databaseKind is ${databaseKind}, but the cluster's engine is ${engine}. Leave it out, or correct it.`];
}

/** What a name has at most, and the databases that are the server's own. */
const nameRules: Readonly<
  Record<AuroraDatabaseKind, { readonly longest: number; readonly reserved: readonly string[] }>
> = {
  [AuroraDatabaseKind.AURORA_POSTGRESQL]: { longest: 63, reserved: ['rdsadmin', 'template0', 'template1'] },
  [AuroraDatabaseKind.AURORA_MYSQL]: {
    longest: 64,
    reserved: ['information_schema', 'mysql', 'performance_schema', 'sys'],
  },
};

function databaseNameErrors(name: string, kind: AuroraDatabaseKind): string[] {
  if (Token.isUnresolved(name)) return [];
  const { longest, reserved } = nameRules[kind];
  if (!/^[A-Za-z_][A-Za-z0-9_$-]*$/.test(name) || name.length > longest) {
    return [
      `databaseName must be a letter or underscore, followed by up to ${longest - 1} letters, digits, _, - or $, got ` +
        `'${name}'.`,
    ];
  }
  // Where names differ by case they are other databases; the server's own are always these.
  if (!reserved.includes(name.toLowerCase())) return [];
  return [`databaseName must be a database of the application, got '${name}', which ${kind} or RDS reserves.`];
}

function secretErrors(secret: secretsmanager.ISecret | undefined): string[] {
  if (secret) return [];
  return [
    'the Data API needs a secret, and the cluster has none that this app knows of. Set `secret` to one with the keys ' +
      '`username` and `password`.',
  ];
}

/** Milliseconds. The Data API waits 45 s for a statement (aws-facts RDS-1), which has to have time to run too. */
const LOCK_TIMEOUTS = { shortest: 100, longest: 30_000 };

function lockTimeoutErrors(lockTimeout: Duration | undefined, databaseKind: AuroraDatabaseKind): string[] {
  if (lockTimeout && databaseKind === AuroraDatabaseKind.AURORA_MYSQL) {
    return ['lockTimeout is for PostgreSQL. For MySQL set lock_wait_timeout in the parameter group of the cluster.'];
  }
  const milliseconds = lockTimeout?.toMilliseconds() ?? LOCK_TIMEOUTS.shortest;
  if (milliseconds >= LOCK_TIMEOUTS.shortest && milliseconds <= LOCK_TIMEOUTS.longest) return [];
  return [`lockTimeout must be between 100 milliseconds and 30 seconds, got ${milliseconds} milliseconds.`];
}

function dataApiErrors(cluster: rds.CfnDBCluster): string[] {
  if (Stack.of(cluster).resolve(cluster.enableHttpEndpoint) === true) return [];
  return [
    `the Data API of cluster ${cluster.node.scope?.node.path} is disabled. Set \`enableDataApi: true\` on the DatabaseCluster.`,
  ];
}

function secretPermissions(secret: secretsmanager.ISecret): PolicyStatement[] {
  // Six question marks stand for the suffix that Secrets Manager adds to a name; see ISecret.secretFullArn.
  const arn = secret.secretFullArn ?? `${secret.secretArn}-??????`;
  const read = new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [arn] });
  if (!secret.encryptionKey) return [read];
  const decrypt = new PolicyStatement({
    actions: ['kms:Decrypt'],
    resources: [secret.encryptionKey.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${Stack.of(secret).region}.amazonaws.com` } },
  });
  return [read, decrypt];
}
