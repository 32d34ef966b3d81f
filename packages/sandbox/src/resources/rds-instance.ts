import { AwsError } from '../aws-error';
import type { CreateRequest, Properties, ResourceResult, ResourceType } from '../cloudformation/resource-type';
import { arn } from '../services/arn';
import type { ClusterControl } from '../services/rds-data';
import type { Environment } from '../services/service';
import { optionalNumber, optionalText } from './properties';
import { changedProperty, freshName, refuseNamedReplacement } from './replacement';

const MAX_IDENTIFIER = 63;
const DEFAULT_PORT = 5432;
const REPLACING = ['DBInstanceIdentifier', 'DBClusterIdentifier', 'Engine'];

/** AWS::RDS::DBInstance: in a cluster, what makes its Data API answer; alone, inert (the Data API is Aurora's). */
export function rdsInstanceType(options: {
  readonly clusters: ClusterControl;
  readonly environment: Environment;
}): ResourceType {
  const { clusters, environment } = options;

  const create = async (request: CreateRequest): Promise<ResourceResult> => {
    const { properties } = request;
    const identifier = (givenIdentifier(properties) ?? freshName(request, MAX_IDENTIFIER)).toLowerCase();
    const clusterName = optionalText(properties, 'DBClusterIdentifier');
    if (clusterName !== undefined) join(clusterName.toLowerCase(), identifier);
    request.issued(identifier);
    return result(identifier, properties);
  };

  const join = (clusterName: string, identifier: string): void => {
    if (!clusters.find(clusterName)) {
      throw new AwsError(
        'DBClusterNotFoundFault',
        `DBCluster ${clusterName} not found. Create it before its instances.`,
        404,
      );
    }
    clusters.update(clusterName, ({ instances }) => ({ instances: [...new Set([...instances, identifier])] }));
  };

  const portOf = (properties: Properties): number => {
    const cluster = clusters.find(optionalText(properties, 'DBClusterIdentifier')?.toLowerCase() ?? '');
    return optionalNumber(properties, 'Port') ?? cluster?.port ?? DEFAULT_PORT;
  };

  const result = (identifier: string, properties: Properties): ResourceResult => ({
    physicalId: identifier,
    attributes: {
      DBInstanceArn: arn(environment, 'rds', `db:${identifier}`),
      DbiResourceId: `db-${identifier.toUpperCase()}`,
      'Endpoint.Address': `${identifier}.${environment.region}.rds.amazonaws.com`,
      'Endpoint.Port': String(portOf(properties)),
    },
  });

  return {
    create,
    async update(request) {
      if (!changedProperty(request, REPLACING)) return result(request.physicalId, request.properties);
      refuseNamedReplacement(givenIdentifier(request.properties), request);
      return create(request);
    },
    async delete({ physicalId, properties }) {
      const clusterName = optionalText(properties, 'DBClusterIdentifier')?.toLowerCase();
      if (clusterName === undefined) return;
      clusters.update(clusterName, ({ instances }) => ({ instances: instances.filter((name) => name !== physicalId) }));
    },
  };
}

function givenIdentifier(properties: Properties): string | undefined {
  return optionalText(properties, 'DBInstanceIdentifier')?.toLowerCase();
}
