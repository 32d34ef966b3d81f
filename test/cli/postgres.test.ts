import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { writeAssembly } from '../../packages/sandbox/test/helpers/assembly';
import { postgresUrlIfReachableNow } from '../support/real-postgres';
import { runCli, runJson } from '../support/run-cli';

const url = postgresUrlIfReachableNow();
const state = mkdtempSync(join(tmpdir(), 'cli-postgres-'));
afterAll(() => rmSync(state, { recursive: true, force: true }));

const template = {
  Resources: {
    Cluster: {
      Type: 'AWS::RDS::DBCluster',
      DeletionPolicy: 'Delete',
      Properties: {
        ...{
          Engine: 'aurora-postgresql',
          DatabaseName: 'app',
          DBClusterIdentifier: 'remembered',
          EnableHttpEndpoint: true,
        },
        ...{ MasterUsername: 'postgres', MasterUserPassword: 'secret-secret' },
      },
    },
    Writer: {
      Type: 'AWS::RDS::DBInstance',
      Properties: {
        Engine: 'aurora-postgresql',
        DBClusterIdentifier: { Ref: 'Cluster' },
        DBInstanceClass: 'db.serverless',
      },
    },
  },
};

(url === undefined ? it.skip : it)('a sandbox remembers on which PostgreSQL server its databases are', async () => {
  const app = writeAssembly({ Data: { template } });
  const deployed = await runCli(['sandbox', 'deploy', '--state', state, '--app', app, '--postgres', url ?? '']);
  expect(deployed.exitCode).toBe(0);
  const sql = (statement: string) =>
    runJson<readonly object[]>(['sandbox', 'sql', 'remembered/app', statement, '--state', state]);
  expect((await sql('SELECT version() AS version')).json).toEqual([{ version: expect.not.stringMatching(/PGlite/) }]);
  expect((await runCli(['sandbox', 'destroy', '--state', state])).exitCode).toBe(0);
});
