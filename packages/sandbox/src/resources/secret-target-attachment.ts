import { AwsError } from '../aws-error';
import type { CreateRequest, Properties, ResourceResult, ResourceType } from '../cloudformation/resource-type';
import { type Cluster, type ClusterControl, clusterHost, isPostgres } from '../services/rds-data';
import { text } from './properties';
import type { DatabaseSecrets } from './rds-cluster';

/** The members that an attachment writes into the secret and removes again. */
const MEMBERS = ['engine', 'host', 'port', 'dbname', 'dbClusterIdentifier', 'dbInstanceIdentifier'];

/**
 * AWS::SecretsManager::SecretTargetAttachment: completes a database secret with how to reach the database. `Ref` is the
 * ARN of the secret, which is why CDK's `cluster.secret` is this resource.
 */
export function secretTargetAttachmentType(options: {
  readonly clusters: Pick<ClusterControl, 'find'>;
  readonly secrets: DatabaseSecrets;
}): ResourceType {
  const { clusters, secrets } = options;

  const attach = async ({ properties }: CreateRequest): Promise<ResourceResult> => {
    const id = text(properties, 'SecretId');
    const secret = secrets.find(id);
    if (!secret) throw new AwsError('ResourceNotFoundException', `Secrets Manager can't find the secret ${id}.`);
    const value = { ...decode(secret.value), ...connection(properties, clusters) };
    secrets.put(secret.arn, JSON.stringify(value));
    return { physicalId: secret.arn, attributes: { Id: secret.arn } };
  };

  return {
    create: attach,
    update: attach,
    async delete({ physicalId }) {
      const secret = secrets.find(physicalId);
      if (!secret) return;
      const kept = Object.entries(decode(secret.value)).filter(([name]) => !MEMBERS.includes(name));
      secrets.put(secret.arn, JSON.stringify(Object.fromEntries(kept)));
    },
  };
}

function decode(value: string | undefined): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(value ?? '{}');
  } catch {
    throw new AwsError(
      'InvalidRequestException',
      'The secret to attach does not hold a JSON object. Give it one with username and password.',
    );
  }
}

function connection(properties: Properties, clusters: Pick<ClusterControl, 'find'>): Readonly<Record<string, unknown>> {
  const target = text(properties, 'TargetId');
  if (text(properties, 'TargetType') !== 'AWS::RDS::DBCluster') return { dbInstanceIdentifier: target };
  const cluster = clusters.find(target);
  if (!cluster) throw new AwsError('DBClusterNotFoundFault', `DBCluster ${target} not found.`, 404);
  return connectionOf(cluster);
}

function connectionOf(cluster: Cluster): Readonly<Record<string, unknown>> {
  return {
    engine: isPostgres(cluster.engine) ? 'postgres' : 'mysql',
    host: clusterHost(cluster, 'cluster'),
    port: cluster.port,
    dbname: cluster.defaultDatabase,
    dbClusterIdentifier: cluster.identifier,
  };
}
