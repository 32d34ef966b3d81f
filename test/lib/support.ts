import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as rds from 'aws-cdk-lib/aws-rds';

export const CREATE_USERS = {
  'users/1.0.0_create_users.sql': [
    '-- migration: 1.0.0 create users',
    '-- migrate:up',
    'CREATE TABLE users (id bigint PRIMARY KEY);',
    '-- migrate:down',
    'DROP TABLE users;',
    '',
  ].join('\n'),
};

export const CREATE_PLANS = {
  'meals/1.0.0_create_plans.ts': [
    "import { createTable, dynamodb } from 'cdk-migrations/authoring';",
    "export default dynamodb({ up: [createTable({ table: 'plans', partitionKey: { name: 'id', type: 'S' } })] });",
    '',
  ].join('\n'),
};

export const INDEX_ORDERS = {
  'meals/1.0.0_index_orders.ts': [
    "import { addGlobalIndex, dynamodb } from 'cdk-migrations/authoring';",
    "const index = { name: 'byDay', partitionKey: { name: 'day', type: 'S' } } as const;",
    "export default dynamodb({ up: [addGlobalIndex({ table: 'orders', ...index })] });",
    '',
  ].join('\n'),
};

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A temporary folder with these files. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-migrations-'));
  made.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** An app that writes to a temporary folder. */
export function testApp(): App {
  return new App({ outdir: folderWith({}), analyticsReporting: false });
}

export function testStack(id = 'Stack', app = testApp()): Stack {
  return new Stack(app, id);
}

/** An Aurora PostgreSQL cluster with one writer and the Data API. */
export function auroraCluster(stack: Stack, options: Partial<rds.DatabaseClusterProps> = {}): rds.DatabaseCluster {
  return new rds.DatabaseCluster(stack, 'Database', {
    engine: rds.DatabaseClusterEngine.auroraPostgres({ version: rds.AuroraPostgresEngineVersion.VER_16_11 }),
    writer: rds.ClusterInstance.serverlessV2('Writer'),
    vpc: new ec2.Vpc(stack, 'Vpc', { natGateways: 0 }),
    vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
    enableDataApi: true,
    ...options,
  });
}

export interface TemplateResource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template is plain JSON, asserted on in depth.
  readonly Properties: any;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
  readonly Condition?: string;
}

export interface CloudFormationTemplate {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
}

/** A synthesized template with the questions that these tests ask. */
export class Synthesized {
  readonly resources: ReadonlyMap<string, TemplateResource>;

  constructor(source: Stack | CloudFormationTemplate) {
    const template = source instanceof Stack ? Template.fromStack(source).toJSON() : source;
    this.resources = new Map(Object.entries((template as CloudFormationTemplate).Resources));
  }

  ids(type: string): string[] {
    return [...this.resources].filter(([, resource]) => resource.Type === type).map(([id]) => id);
  }

  /** The only resource of its type whose logical id contains a text. */
  one(type: string, idPart = ''): readonly [id: string, resource: TemplateResource] {
    const ids = this.ids(type).filter((id) => id.includes(idPart));
    if (ids.length !== 1) throw new Error(`Expected one ${type} ${idPart}, found: ${ids.join(', ') || 'none'}`);
    return [ids[0]!, this.resources.get(ids[0]!)!];
  }

  /** Logical ids that a resource needs, directly and through others. */
  needs(id: string, seen = new Set<string>()): Set<string> {
    const resource = this.resources.get(id);
    if (!resource) return seen;
    for (const next of [...(resource.DependsOn ?? []), ...references(resource.Properties)]) {
      if (seen.has(next) || !this.resources.has(next)) continue;
      seen.add(next);
      this.needs(next, seen);
    }
    return seen;
  }

  /** Logical ids of resources that need themselves. */
  cycles(): string[] {
    return [...this.resources.keys()].filter((id) => this.needs(id).has(id));
  }
}

/** What Ref, GetAtt and Sub in a piece of template point at. */
function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref') return [String(inner)];
    if (key === 'Fn::GetAtt') return [String(Array.isArray(inner) ? inner[0] : inner)];
    return references(inner);
  });
}
