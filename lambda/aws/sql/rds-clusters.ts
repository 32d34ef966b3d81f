import { patiently } from '../retry';
import { DBClusterNotFoundFault, DescribeDBClustersCommand, RDSClient } from '../seldom-clients';
import { sendingOptions } from '../sending-options';
import type { ClusterIsGone } from './data-api';

/**
 * Asks RDS itself whether a cluster exists, because no error of the Data API proves that it does not (aws-facts RDS-15).
 * Whatever goes wrong with the question is no proof either.
 */
export function clusterIsGone(client = new RDSClient(sendingOptions())): ClusterIsGone {
  return async (clusterArn) => {
    const describe = new DescribeDBClustersCommand({ DBClusterIdentifier: clusterArn });
    try {
      const { DBClusters } = await patiently(() => client.send(describe));
      return DBClusters?.length === 0;
    } catch (error) {
      if (error instanceof DBClusterNotFoundFault) return true;
      console.warn(JSON.stringify({ message: 'RDS cannot be asked', clusterArn, error: String(error) }));
      return false;
    }
  };
}
