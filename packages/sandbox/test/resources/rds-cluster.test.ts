import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Properties } from '../../src/cloudformation/resource-type';
import { type DatabaseSecrets, rdsClusterType } from '../../src/resources/rds-cluster';
import { rdsInstanceType } from '../../src/resources/rds-instance';
import { secretTargetAttachmentType } from '../../src/resources/secret-target-attachment';
import { type RdsDataService, rdsDataService } from '../../src/services/rds-data';
import { StateStore } from '../../src/state';
import { ENVIRONMENT } from '../services/dynamodb/open-dynamodb';
import { Life } from './resource-request';

const secretValues = new Map<string, string>();
const secrets: DatabaseSecrets = {
  create(name, value) {
    const arn = `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}`;
    secretValues.set(arn, value);
    return { arn };
  },
  find: (arn) => (secretValues.has(arn) ? { arn, value: secretValues.get(arn) } : undefined),
  put: (arn, value) => secretValues.set(arn, value),
  delete: (arn) => secretValues.delete(arn),
};

const folder = mkdtempSync(join(tmpdir(), 'rds-cluster-'));
let service: RdsDataService;
beforeAll(() => {
  service = rdsDataService({ state: new StateStore(folder), environment: ENVIRONMENT, secretExists: () => true });
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true, force: true });
});

const clusterLife = () => new Life(rdsClusterType({ clusters: service.clusters, secrets }), 'AWS::RDS::DBCluster');
const instanceLife = () =>
  new Life(rdsInstanceType({ clusters: service.clusters, environment: ENVIRONMENT }), 'AWS::RDS::DBInstance');

const BASE: Properties = {
  Engine: 'aurora-postgresql',
  DatabaseName: 'app',
  MasterUsername: 'chef',
  EnableHttpEndpoint: true,
};

describe('AWS::RDS::DBCluster', () => {
  it('creates a cluster with its attributes and deletes it with its databases', async () => {
    const life = clusterLife();
    const made = await life.create(BASE);
    expect(made.physicalId).toMatch(/^food-thing1a2b-[a-z0-9]{12}$/);
    expect(life.issued).toEqual([made.physicalId]);
    expect(made.attributes).toEqual({
      DBClusterArn: `arn:aws:rds:eu-west-1:111122223333:cluster:${made.physicalId}`,
      DBClusterResourceId: expect.stringMatching(/^cluster-[A-Z0-9]{26}$/),
      'Endpoint.Address': expect.stringMatching(/\.cluster-[a-z0-9]{12}\.eu-west-1\.rds\.amazonaws\.com$/),
      'Endpoint.Port': '5432',
      'ReadEndpoint.Address': expect.stringContaining('.cluster-ro-'),
    });
    await service.query(made.physicalId, 'app', 'CREATE TABLE a (b int)');
    await life.delete(made, BASE);
    expect(service.clusters.find(made.physicalId)).toBeUndefined();
    await expect(life.delete(made, BASE)).resolves.toBeUndefined();
  });

  it('manages the master password', async () => {
    const life = clusterLife();
    const managed = { ...BASE, ManageMasterUserPassword: true };
    const made = await life.create(managed);
    const secretArn = String(made.attributes?.['MasterUserSecret.SecretArn']);
    expect(JSON.parse(secretValues.get(secretArn) ?? '')).toMatchObject({
      username: 'chef',
      password: expect.any(String),
    });
    const same = await life.update(made, managed, { ...managed, EnableHttpEndpoint: false });
    expect(same.attributes?.['MasterUserSecret.SecretArn']).toBe(secretArn);
    expect(service.clusters.find(made.physicalId)?.httpEndpoint).toBe(false);
    const unmanaged = await life.update(same, managed, BASE);
    expect(unmanaged.attributes).not.toHaveProperty('MasterUserSecret.SecretArn');
    expect(secretValues.has(secretArn)).toBe(false);
    await life.delete(unmanaged, BASE);
  });

  it('replaces a cluster whose database name changes, unless its name is given', async () => {
    const life = clusterLife();
    const made = await life.create(BASE);
    const replaced = await life.update(made, BASE, { ...BASE, DatabaseName: 'other' });
    expect(replaced.physicalId).not.toBe(made.physicalId);
    const named = { ...BASE, DBClusterIdentifier: 'My-Cluster' };
    const mine = await life.create(named);
    expect(mine.physicalId).toBe('my-cluster');
    await expect(life.update(mine, named, { ...named, MasterUsername: 'cook' })).rejects.toThrow(/Rename my-cluster/);
    await expect(clusterLife().create(named)).rejects.toThrow(/already exists/);
  });

  it('is not deleted while protected or with instances', async () => {
    const life = clusterLife();
    const made = await life.create(BASE);
    await expect(life.delete(made, { ...BASE, DeletionProtection: true })).rejects.toThrow(/Cannot delete protected/);
    const instance = instanceLife();
    const properties = { DBClusterIdentifier: made.physicalId, Engine: 'aurora-postgresql' };
    const writer = await instance.create(properties);
    expect(service.clusters.find(made.physicalId)?.instances).toEqual([writer.physicalId]);
    await expect(life.delete(made, BASE)).rejects.toThrow(/still contains DB instances/);
    await instance.delete(writer, properties);
    await life.delete(made, BASE);
    await expect(instanceLife().create(properties)).rejects.toThrow(/not found/);
  });
});

describe('AWS::SecretsManager::SecretTargetAttachment', () => {
  it('writes the connection into the secret and removes it', async () => {
    const cluster = await clusterLife().create(BASE);
    const { arn } = secrets.create('db', JSON.stringify({ username: 'chef', password: 'x' }));
    const life = new Life(
      secretTargetAttachmentType({ clusters: service.clusters, secrets }),
      'AWS::SecretsManager::SecretTargetAttachment',
    );
    const properties = { SecretId: arn, TargetId: cluster.physicalId, TargetType: 'AWS::RDS::DBCluster' };
    const made = await life.create(properties);
    expect(made.physicalId).toBe(arn);
    expect(JSON.parse(secretValues.get(arn) ?? '')).toEqual({
      username: 'chef',
      password: 'x',
      engine: 'postgres',
      host: cluster.attributes?.['Endpoint.Address'],
      port: 5432,
      dbname: 'app',
      dbClusterIdentifier: cluster.physicalId,
    });
    await life.delete(made, properties);
    expect(JSON.parse(secretValues.get(arn) ?? '')).toEqual({ username: 'chef', password: 'x' });
    await expect(life.create({ ...properties, SecretId: 'arn:gone' })).rejects.toThrow(/can't find the secret/);
  });
});
