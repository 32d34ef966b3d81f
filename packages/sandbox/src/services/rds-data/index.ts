export { RDS_DATA_ASSUMPTIONS } from './assumptions';
export { type Cluster, clusterHost, isPostgres } from './clusters';
export { requirePostgres } from './engine/require-postgres';
export { requireMysql } from './mysql/require-mysql';
export { type ClusterControl, type RdsDataService, rdsDataService } from './service';
