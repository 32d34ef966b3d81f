import { randomBytes, randomUUID } from 'node:crypto';
import { AwsError } from '../aws-error';
import type {
  CreateRequest,
  DeleteRequest,
  Properties,
  ResourceResult,
  ResourceType,
  UpdateRequest,
} from '../cloudformation/resource-type';
import { type Cluster, type ClusterControl, clusterHost } from '../services/rds-data';
import { flag, optionalNumber, optionalText, text } from './properties';
import { changedProperty, freshName, refuseNamedReplacement } from './replacement';

/** What the RDS types ask of Secrets Manager. */
export interface DatabaseSecrets {
  create(name: string, value: string): { readonly arn: string };
  /** By ARN. */
  find(id: string): { readonly arn: string; readonly value?: string } | undefined;
  put(id: string, value: string): unknown;
  delete(id: string): unknown;
}

export interface RdsClusterTypeOptions {
  readonly clusters: ClusterControl;
  readonly secrets: DatabaseSecrets;
}

const MAX_IDENTIFIER = 63;
const REPLACING = [
  ...['DBClusterIdentifier', 'DatabaseName', 'DBSubnetGroupName', 'Engine', 'EngineMode', 'KmsKeyId'],
  ...['MasterUsername', 'SnapshotIdentifier', 'SourceDBClusterIdentifier', 'StorageEncrypted', 'AvailabilityZones'],
];

/** AWS::RDS::DBCluster. One with a MySQL engine runs SQL when the sandbox was given a MySQL server. */
export function rdsClusterType({ clusters, secrets }: RdsClusterTypeOptions): ResourceType {
  const create = async (request: CreateRequest): Promise<ResourceResult> => {
    const { properties } = request;
    const identifier = (givenIdentifier(properties) ?? freshName(request, MAX_IDENTIFIER)).toLowerCase();
    if (clusters.find(identifier)) {
      throw new AwsError(
        'AlreadyExists',
        `Resource of type '${request.type}' with identifier '${identifier}' already exists. Delete it or choose another name.`,
      );
    }
    const cluster = clusters.create({
      identifier,
      engine: text(properties, 'Engine'),
      masterUsername: optionalText(properties, 'MasterUsername'),
      databaseName: optionalText(properties, 'DatabaseName'),
      httpEndpoint: flag(properties, 'EnableHttpEndpoint'),
      port: optionalNumber(properties, 'Port'),
    });
    request.issued(identifier);
    return result(cluster, managedSecret(cluster, properties));
  };

  const managedSecret = ({ identifier, masterUsername }: Cluster, properties: Properties): string | undefined => {
    if (!flag(properties, 'ManageMasterUserPassword')) return undefined;
    const value = { username: masterUsername, password: randomBytes(24).toString('base64url') };
    // RDS calls the secret it owns rds!cluster-<id>; its value holds username and password, no host.
    return secrets.create(`rds!cluster-${randomUUID()}-${identifier}`, JSON.stringify(value)).arn;
  };

  const update = async (request: UpdateRequest): Promise<ResourceResult> => {
    const { properties, physicalId, attributes } = request;
    if (changedProperty(request, REPLACING)) {
      refuseNamedReplacement(givenIdentifier(properties), request);
      return create(request);
    }
    const port = optionalNumber(properties, 'Port');
    clusters.update(physicalId, () => ({
      httpEndpoint: flag(properties, 'EnableHttpEndpoint'),
      ...(port !== undefined && { port }),
    }));
    const cluster = clusters.find(physicalId);
    if (!cluster) throw new AwsError('DBClusterNotFoundFault', `DBCluster ${physicalId} not found.`, 404);
    return result(cluster, updatedSecret(cluster, properties, attributes));
  };

  const updatedSecret = (cluster: Cluster, properties: Properties, attributes: Properties): string | undefined => {
    const existing = optionalText(attributes, SECRET_ATTRIBUTE);
    if (existing === undefined) return managedSecret(cluster, properties);
    if (flag(properties, 'ManageMasterUserPassword')) return existing;
    secrets.delete(existing);
    return undefined;
  };

  return {
    create,
    update,
    async delete({ physicalId, properties, attributes }) {
      refuseDeletion(clusters.find(physicalId), properties);
      await clusters.delete(physicalId);
      const secretArn = optionalText(attributes, SECRET_ATTRIBUTE);
      if (secretArn !== undefined) secrets.delete(secretArn);
    },
  };
}

const SECRET_ATTRIBUTE = 'MasterUserSecret.SecretArn';

function givenIdentifier(properties: Properties): string | undefined {
  return optionalText(properties, 'DBClusterIdentifier')?.toLowerCase();
}

function refuseDeletion(cluster: Cluster | undefined, properties: DeleteRequest['properties']): void {
  if (!cluster) return;
  if (flag(properties, 'DeletionProtection')) {
    throw new AwsError(
      'InvalidParameterCombination',
      `Cannot delete protected Cluster ${cluster.identifier}, please disable deletion protection and try again.`,
    );
  }
  if (cluster.instances.length === 0) return;
  throw new AwsError(
    'InvalidDBClusterStateFault',
    `Cluster ${cluster.identifier} cannot be deleted, it still contains DB instances: ${cluster.instances.join(', ')}.`,
  );
}

function result(cluster: Cluster, secretArn: string | undefined): ResourceResult {
  return {
    physicalId: cluster.identifier,
    attributes: {
      DBClusterArn: cluster.arn,
      DBClusterResourceId: cluster.resourceId,
      'Endpoint.Address': clusterHost(cluster, 'cluster'),
      'Endpoint.Port': String(cluster.port),
      'ReadEndpoint.Address': clusterHost(cluster, 'cluster-ro'),
      ...(secretArn !== undefined && { [SECRET_ATTRIBUTE]: secretArn }),
    },
  };
}
