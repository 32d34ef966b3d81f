import { DBClusterNotFoundFault, type RDSClient } from '@aws-sdk/client-rds';
import type { RDSDataClient } from '@aws-sdk/client-rds-data';
import { describe, expect, it } from '@jest/globals';
import { DataApi } from '../../lambda/aws/sql/data-api';
import { clusterIsGone } from '../../lambda/aws/sql/rds-clusters';
import { watchConsole } from './console-spy';

const properties = {
  DatabaseKind: 'aurora-postgresql' as const,
  Identity: 'db-1',
  ClusterArn: 'arn:aws:rds:eu-west-1:111122223333:cluster:main',
  SecretArn: 'arn:s',
  DatabaseName: 'app',
};

const failing = <Client>(error: Error) => ({ send: () => Promise.reject(error) }) as unknown as Client;
const named = (name: string, message = 'no') => Object.assign(new Error(message), { name });

const errorOf = (error: Error, isGone: boolean) =>
  new DataApi(failing<RDSDataClient>(error), properties, async () => isGone)
    .execute('SELECT 1')
    .catch((caught) => caught);

/** What the Data API says when it does not reach a database (aws-facts RDS-15). */
const names = [
  'SecretsErrorException',
  'InvalidSecretException',
  'HttpEndpointNotEnabledException',
  'DatabaseNotFoundException',
  'NotFoundException',
  'InvalidResourceStateException',
];

describe('the RDS Data API does not reach a database', () => {
  it.each(names)('%s alone does not say that it is gone', async (name) => {
    expect(await errorOf(named(name), false)).toMatchObject({ code: 'TARGET_UNREACHABLE' });
  });

  it.each(names)('%s of a cluster that RDS does not know says so', async (name) => {
    expect(await errorOf(named(name), true)).toMatchObject({ code: 'TARGET_GONE' });
  });

  it('understands the endpoint that is off in whatever exception it comes', async () => {
    const error = named('BadRequestException', 'HttpEndpoint is not enabled for cluster main');

    expect(await errorOf(error, false)).toMatchObject({ code: 'TARGET_UNREACHABLE' });
  });

  it('takes the word of the cluster that it does not have the database', async () => {
    const error = named('DatabaseErrorException', 'FATAL: database "app" does not exist; SQLState: 3D000');

    expect(await errorOf(error, false)).toMatchObject({ code: 'TARGET_GONE' });
  });
});

describe('asking RDS for a cluster', () => {
  const logged = watchConsole();
  const ask = (error: Error) => clusterIsGone(failing<RDSClient>(error))(properties.ClusterArn);

  it('proves that it is gone', async () => {
    expect(await ask(new DBClusterNotFoundFault({ message: 'not found', $metadata: {} }))).toBe(true);
  });

  it('proves nothing when the question fails', async () => {
    expect(await ask(named('ServiceUnavailable'))).toBe(false);
    expect(logged.lines.join()).toContain('RDS cannot be asked');
  });

  it('proves that it is there', async () => {
    const client = { send: async () => ({ DBClusters: [{}] }) } as unknown as RDSClient;
    expect(await clusterIsGone(client)(properties.ClusterArn)).toBe(false);
  });
});
