import { phaseList } from '../../bundler/draft';
import type { Action, BundledMigration } from '../../core/bundle/bundle';
import type { TableOperation } from '../../core/bundle/table-operations';
import { type DriveResult, drive } from '../../core/engine/drive';
import type { PassWork } from '../../core/engine/pass-work';
import type { Limits } from '../../core/engine/request-run';
import { workInProcess } from '../../core/engine/work-in-process';
import type { Ports } from '../../core/ports';
import type { Outcome, RecordedRequest, Request } from '../../core/request/request';
import type { MigrationsProperties } from '../../core/wire';
import { MemoryLeases } from './memory/leases';
import { MemoryLedger } from './memory/ledger';
import { MemoryRequests } from './memory/requests';
import { MemorySegments } from './memory/segments';
import { MemorySqlDatabase } from './memory/sql-database';
import { MemoryTables } from './memory/tables';
import { MemoryBundles, MemoryClaims, MemoryClock, MemoryStacks, MemoryTargets } from './memory/world';

export const scope = 'App/Migrations';
const stackId = 'arn:aws:cloudformation:us-east-1:123456789012:stack/App/1';

/** A whole world in memory: one stack, a SQL database `users` and tables `meals`. */
export class MemoryWorld {
  readonly clock = new MemoryClock();
  readonly leases = new MemoryLeases(this.clock);
  readonly requests = new MemoryRequests();
  readonly ledger = new MemoryLedger(this.leases, this.requests);
  readonly targets = new MemoryTargets();
  readonly bundles = new MemoryBundles();
  readonly stacks = new MemoryStacks();
  readonly claims = new MemoryClaims();
  readonly segments = new MemorySegments(this.clock);
  readonly users = new MemorySqlDatabase();
  readonly meals = new MemoryTables();
  /** How many items workers read at once. */
  pageSize = 10;
  private count = 0;

  constructor() {
    this.users.now = () => this.clock.now();
    this.targets.databases.set('users-1', this.users);
    this.targets.databases.set('meals-1', this.meals);
    this.stackIs('CREATE_IN_PROGRESS');
  }

  get ports(): Ports {
    const { ledger, leases, requests, targets, bundles, stacks, claims, segments, clock } = this;
    return { ledger, leases, requests, targets, bundles, stacks, claims, segments, clock };
  }

  /** The stack takes a status, now. */
  stackIs(status: string): void {
    const history = this.stacks.views.get(stackId)?.history ?? [];
    this.clock.time += 1000;
    const at = new Date(this.clock.time).toISOString();
    this.stacks.views.set(stackId, { status, history: [...history, { status, at }] });
    this.clock.time += 1000;
  }

  /** A request as the handler would have recorded it. */
  async request(request: Request, requestId = `request-${++this.count}`): Promise<RecordedRequest> {
    const recorded: RecordedRequest = {
      key: `key-${requestId}`,
      scope,
      stackId,
      logicalId: 'Migrations',
      requestId,
      actor: `cloudformation App Migrations ${requestId}`,
      request,
      receivedAt: this.clock.time,
      answerBy: this.clock.time + 3_600_000,
      responseUrl: 'https://example.com/answer',
    };
    await this.requests.record(recorded);
    return (await this.requests.find(scope, recorded.key))!;
  }

  /** One tick. */
  async tick(recorded: RecordedRequest, limits: Partial<Limits> = {}): Promise<DriveResult> {
    const fresh = (await this.requests.find(scope, recorded.key)) ?? recorded;
    const stopBy = this.clock.time + 40_000;
    return drive(this.ports, fresh, `execution-${recorded.key}`, { stopBy, pollInterval: 500, ...limits });
  }

  /** One tick, and what it leaves to others. Its outcome, once there is one. */
  async turn(recorded: RecordedRequest): Promise<Outcome | undefined> {
    const result = await this.tick(recorded);
    if (result.status === 'done') return result.outcome;
    if (result.status === 'wait') await this.clock.sleep(result.waitSeconds * 1000);
    if (result.status === 'work') await this.workOn(result.work);
    if (result.status === 'answer') await this.requests.answered(scope, recorded.key);
    return undefined;
  }

  /** Ticks until there is an outcome. */
  async work(recorded: RecordedRequest): Promise<Outcome> {
    for (let tick = 0; tick < 1000; tick += 1) {
      const outcome = await this.turn(recorded);
      if (outcome) return outcome;
    }
    throw new Error(`No outcome for ${recorded.key} after 1000 ticks.`);
  }

  /** Does what workers are to do, one segment after the other. */
  private async workOn(work: PassWork): Promise<void> {
    const limits = { stopBy: Math.min(this.clock.time + 240_000, work.until), pageSize: this.pageSize, workers: 1 };
    this.count += 1;
    await workInProcess(this.ports, work, 1, `worker ${this.count}`, limits);
  }

  async migrations(
    type: 'Create' | 'Update' | 'Delete',
    properties: MigrationsProperties,
    physicalId?: string,
  ): Promise<Outcome> {
    const id = physicalId ?? (type === 'Create' ? undefined : scope);
    return this.work(await this.request({ kind: 'migrations', type, physicalId: id, properties }));
  }

  /** A stack at a revision of these migrations, settled. Returns the properties that asked for it. */
  async deployed(
    revision: string,
    migrations: readonly BundledMigration[],
    change: Partial<MigrationsProperties> = {},
  ): Promise<MigrationsProperties> {
    const properties = this.revision(revision, migrations, change);
    await this.migrations('Create', properties);
    this.stackIs('CREATE_COMPLETE');
    await this.settle();
    return properties;
  }

  async markerDelete(revision: string): Promise<Outcome> {
    const physicalId = `${scope}@${revision}`;
    return this.work(await this.request({ kind: 'marker', type: 'Delete', physicalId, revision }));
  }

  async settle(repair = false): Promise<Outcome> {
    return this.work(await this.request({ kind: 'settle', repair }));
  }

  /** A revision with these migrations, and the properties that ask for it. */
  revision(
    revision: string,
    migrations: readonly BundledMigration[],
    change: Partial<MigrationsProperties> = {},
  ): MigrationsProperties {
    this.bundles.bundles.set(revision, { format: 1, migrations });
    return {
      Format: '1',
      Scope: scope,
      Revision: revision,
      Bundle: { Bucket: 'assets', Key: `${revision}.json`, Digest: revision },
      Targets: {
        users: {
          DatabaseKind: 'aurora-postgresql',
          Identity: 'users-1',
          ClusterArn: 'arn:c',
          SecretArn: 'arn:s',
          DatabaseName: 'app',
        },
        meals: { DatabaseKind: 'dynamodb', Identity: 'meals-1', Tables: {}, TableNamePrefix: 'app-' },
      },
      OnOlderRevision: 'refuse',
      OnRemoval: 'retain',
      ForwardSeconds: '2400',
      ServiceTimeout: '3600',
      ...change,
    };
  }

  /** Everything a user could see in the databases. */
  snapshot(): unknown {
    const unusual = this.meals.settings.unusual();
    return {
      users: [...this.users.statements].sort(),
      meals: Object.fromEntries([...this.meals.tables].sort()),
      ...(Object.keys(unusual).length > 0 && { settings: unusual }),
      ...(this.meals.scaling.size > 0 && { scaling: Object.fromEntries([...this.meals.scaling].sort()) }),
    };
  }
}

interface SqlOptions {
  readonly up?: readonly string[];
  readonly down?: readonly string[];
  readonly contract?: readonly string[];
  readonly verify?: readonly string[];
  readonly transaction?: boolean;
  readonly irreversible?: boolean;
  readonly checksum?: string;
}

/** A SQL migration of target `users` whose statement is its version, unless said otherwise. */
export function sqlMigration(version: string, options: SqlOptions = {}): BundledMigration {
  const { up = [`s${version}`], contract = [], verify = [] } = options;
  const down = options.down ?? up.map((text) => `undo ${text}`).reverse();
  const statements = (texts: readonly string[]) => texts.map((text, line) => ({ text, line: line + 2, column: 1 }));
  const section = (texts: readonly string[]): readonly Action[] =>
    texts.length === 0
      ? []
      : [{ type: 'sql', transaction: options.transaction ?? true, statements: statements(texts) }];
  return {
    id: `users/${version}`,
    target: 'users',
    version,
    name: `step ${version}`,
    kind: 'sql',
    checksum: options.checksum ?? `sum-${version}-${up.join()}`,
    dependsOn: [],
    irreversible: options.irreversible ?? false,
    file: `users/${version}_step.sql`,
    phases: phaseList({
      up: section(up),
      verify: verify.length === 0 ? [] : [{ type: 'verify', statements: statements(verify) }],
      contract: section(contract),
      down: options.irreversible ? [] : section(down),
    }),
  };
}

/** A DynamoDB migration of target `meals`. */
export function tableMigration(
  version: string,
  up: readonly TableOperation[],
  contract: readonly TableOperation[] = [],
): BundledMigration {
  const actions = (operations: readonly TableOperation[]): readonly Action[] =>
    operations.map((operation) => ({ type: 'table' as const, operation }));
  return {
    id: `meals/${version}`,
    target: 'meals',
    version,
    name: `tables ${version}`,
    kind: 'dynamodb',
    checksum: `sum-${version}`,
    dependsOn: [],
    irreversible: false,
    file: `meals/${version}_tables.ts`,
    phases: phaseList({ up: actions(up), contract: actions(contract) }),
  };
}

export const createTable = (table: string): TableOperation => ({
  kind: 'createTable',
  table,
  partitionKey: { name: 'id', type: 'S' },
});
