import { AwsError } from '../../aws-error';
import { type QueryOperations, queryService } from '../query-service';
import { type Cluster, type ClusterControl, clusterHost } from '../rds-data';
import type { Service } from '../service';

/** The control plane of RDS, as far as it says which clusters exist (aws-facts RDS-15). */
export function rdsService(clusters: Pick<ClusterControl, 'list' | 'find'>): Service {
  const operations: QueryOperations = {
    DescribeDBClusters: {
      permission: (form) => ({ action: 'rds:DescribeDBClusters', resource: form.get('DBClusterIdentifier') ?? '*' }),
      run: (form) => ({ DBClusters: { DBCluster: asked(form.get('DBClusterIdentifier'), clusters).map(describe) } }),
    },
  };
  return queryService('rds', 'http://rds.amazonaws.com/doc/2014-10-31/', operations);
}

function asked(name: string | null, clusters: Pick<ClusterControl, 'list' | 'find'>): readonly Cluster[] {
  if (name === null) return clusters.list();
  const cluster = clusters.find(name);
  if (cluster) return [cluster];
  throw new AwsError('DBClusterNotFoundFault', `DBCluster ${name} not found.`, 404);
}

function describe(cluster: Cluster) {
  const { arn, identifier, resourceId, engine, masterUsername, defaultDatabase, httpEndpoint, port } = cluster;
  return {
    DBClusterArn: arn,
    DBClusterIdentifier: identifier,
    DbClusterResourceId: resourceId,
    Engine: engine,
    MasterUsername: masterUsername,
    DatabaseName: defaultDatabase,
    HttpEndpointEnabled: httpEndpoint,
    Endpoint: clusterHost(cluster, 'cluster'),
    Port: port,
    Status: 'available',
    DBClusterMembers: {
      DBClusterMember: cluster.instances.map((instance, index) => ({
        DBInstanceIdentifier: instance,
        IsClusterWriter: index === 0,
      })),
    },
  };
}
