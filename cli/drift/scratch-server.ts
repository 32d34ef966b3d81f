import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, MigrationError } from '../../core/errors/index';
import type { SchemaDatabase } from '../../core/ports';
import type { AuroraTargetProperties, DatabaseKind } from '../../core/wire';
import { schemaOn } from '../ledger-ports';
import { useSandbox } from '../sandbox-package';

/** Makes scratch databases for a kind of database. */
export type ScratchServer = (kind: DatabaseKind) => Promise<SchemaDatabase>;

const kinds: Readonly<Record<string, AuroraTargetProperties['DatabaseKind']>> = {
  'postgres:': 'aurora-postgresql',
  'postgresql:': 'aurora-postgresql',
  'mysql:': 'aurora-mysql',
};

/**
 * Works with a database server of the user's in the place of a cluster: a sandbox of its own, which lives as long as the work, speaks the
 * Data API for it. All databases that were made there are dropped at the end.
 */
export function withScratchServer<T>(
  url: string | undefined,
  work: (server: ScratchServer | undefined) => Promise<T>,
): Promise<T> {
  if (url === undefined) return work(undefined);
  const kind = kindOf(url);
  return useSandbox(async ({ openSandbox }) => {
    const folder = await mkdtemp(join(tmpdir(), 'migrations-scratch-'));
    const server = kind === 'aurora-mysql' ? { mysqlUrl: url } : { postgresUrl: url };
    const sandbox = await openSandbox({ stateDir: join(folder, 'state'), ...server });
    try {
      await writeAssembly(folder, kind);
      const [result] = await sandbox.deploy({ assembly: folder });
      const { Cluster = '', Secret = '' } = result?.outputs ?? {};
      const properties = {
        DatabaseKind: kind,
        Identity: url,
        ClusterArn: Cluster,
        SecretArn: Secret,
        DatabaseName: 'scratch',
      };
      const schema = await schemaOn(sandbox.endpoint, properties);
      return await work(async (wanted) => {
        if (wanted === kind) return schema;
        throw new MigrationError(
          'USAGE',
          `A scratch database of ${wanted} cannot be made on this server: --scratch names one for ${kind}.`,
          {
            hint: 'Name the targets one by one with --target, each with a server of its kind.',
          },
        );
      });
    } finally {
      await sandbox.destroy();
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
}

function kindOf(url: string): AuroraTargetProperties['DatabaseKind'] {
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  const kind = kinds[protocol];
  if (kind) return kind;
  const allowed = Object.keys(kinds).map((name) => `${name}//USER:PASSWORD@HOST:PORT`);
  throw new MigrationError('USAGE', describe({ what: 'Unknown kind of server in --scratch', seen: protocol, allowed }));
}

/** A stack with nothing but a cluster, as the sandbox deploys it. */
async function writeAssembly(folder: string, kind: AuroraTargetProperties['DatabaseKind']): Promise<void> {
  const template = {
    Resources: {
      Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { SecretString: '{}' } },
      Cluster: {
        Type: 'AWS::RDS::DBCluster',
        // With its databases.
        DeletionPolicy: 'Delete',
        Properties: {
          ...{ Engine: kind, DatabaseName: 'scratch', EnableHttpEndpoint: true },
          ...{ MasterUsername: 'scratch', MasterUserPassword: 'scratch-scratch' },
        },
      },
      Instance: {
        Type: 'AWS::RDS::DBInstance',
        Properties: { Engine: kind, DBInstanceClass: 'db.serverless', DBClusterIdentifier: { Ref: 'Cluster' } },
      },
    },
    Outputs: {
      Cluster: { Value: { 'Fn::GetAtt': ['Cluster', 'DBClusterArn'] } },
      Secret: { Value: { Ref: 'Secret' } },
    },
  };
  const manifest = {
    version: '36.0.0',
    artifacts: {
      Scratch: {
        type: 'aws:cloudformation:stack',
        environment: 'aws://unknown-account/unknown-region',
        properties: { templateFile: 'template.json' },
      },
    },
  };
  await writeFile(join(folder, 'template.json'), JSON.stringify(template));
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
}
