import type { BundledMigration } from '../bundle/bundle';
import { hasCode } from '../errors/index';
import type { Change } from '../ledger/pending';
import { type Deployment, type MigrationRecord, migrationKey, type NewEvent, type UndoPlan } from '../ledger/state';
import type { Target } from '../ports';
import type { RequestRun } from './request-run';
import { UndoPlans } from './undo-plans';

/** The undo plan of a migration that has not begun. */
export interface Ahead {
  readonly migration: BundledMigration;
  readonly plan: UndoPlan;
  /** Resolves when the ledger holds the plan; the migration does not begin before. */
  readonly written: Promise<void>;
}

/** One deployment in the hands of one process. */
export class DeploymentRun {
  readonly undoPlans: UndoPlans;
  /** What this process wrote ahead of migrations that it has not begun, by key (./write-ahead). */
  readonly ahead = new Map<string, Ahead>();
  private migrations: Promise<ReadonlyMap<string, BundledMigration>> | undefined;
  private positions: ReadonlyMap<string, number> | undefined;
  /** What was found out while the deployment was planned, for its history. */
  readonly findings: NewEvent[] = [];

  /** @param known its migrations, where they are not in a bundle of its own */
  constructor(
    readonly request: RequestRun,
    private started: Deployment,
    private readonly known?: readonly BundledMigration[],
  ) {
    this.undoPlans = new UndoPlans(request);
  }

  /** The deployment as the ledger has it now. */
  get deployment(): Deployment {
    return this.request.state.deployment(this.started.id) ?? this.started;
  }

  get id(): string {
    return this.started.id;
  }

  /** Changes the deployment itself, in one write with its events. */
  async update(change: Partial<Deployment>, events: readonly NewEvent[], more: Change = {}): Promise<void> {
    const deployment: Deployment = { ...this.deployment, ...change };
    await this.request.record(this.id, events, { ...more, deployments: [deployment] });
    this.started = deployment;
  }

  /** Changes the deployment before it is recorded. */
  plan(change: Partial<Pick<Deployment, 'plan' | 'baselines'>>): void {
    this.started = { ...this.started, ...change };
  }

  record(events: readonly NewEvent[], change: Change): Promise<void> {
    return this.request.record(this.id, events, change);
  }

  /** See {@link RequestRun.defer}. */
  defer(events: readonly NewEvent[], change: Change): void {
    this.request.defer(this.id, events, change);
  }

  /** Changes the deployment with the next write, at the latest. */
  deferUpdate(change: Partial<Deployment>): void {
    this.defer([], { deployments: [{ ...this.deployment, ...change }] });
  }

  target(name: string): Promise<Target> {
    return this.request.target(name, this.deployment.targets[name]!);
  }

  /** Undefined when the database is gone: then nothing in it is left to undo, and it must not keep a stack from rolling back. */
  async targetUnlessGone(name: string): Promise<Target | undefined> {
    try {
      return await this.target(name);
    } catch (error) {
      if (hasCode(error, 'TARGET_GONE')) return undefined;
      throw error;
    }
  }

  /** A migration of the deployment's bundle. */
  async migration(id: string): Promise<BundledMigration> {
    const migration = (await this.bundled()).get(id);
    if (migration) return migration;
    throw new Error(`The bundle of deployment ${this.id} has no migration ${id}, which the deployment planned.`);
  }

  /** The migrations that the deployment planned after this one, in that order. */
  async following(first: BundledMigration): Promise<Iterable<BundledMigration>> {
    const migrations = await this.bundled();
    const { plan } = this.deployment;
    this.positions ??= new Map(plan.map((id, index) => [id, index]));
    const position = this.positions.get(first.id)!;
    return (function* () {
      for (let next = position + 1; next < plan.length; next += 1) yield migrations.get(plan[next]!)!;
    })();
  }

  /** The migrations of the deployment's bundle by id, loaded once. */
  private bundled(): Promise<ReadonlyMap<string, BundledMigration>> {
    this.migrations ??= this.loadMigrations();
    return this.migrations;
  }

  private async loadMigrations(): Promise<ReadonlyMap<string, BundledMigration>> {
    const migrations = this.known ?? (await this.request.ports.bundles.load(this.deployment.bundle!)).migrations;
    return new Map(migrations.map((migration) => [migration.id, migration]));
  }

  /** Key of a migration on the database that this deployment reaches. */
  keyOf({ target, version }: BundledMigration): string {
    return migrationKey(target, this.deployment.targets[target]!.Identity, version);
  }

  /** Migrations that this deployment applied or began to apply, in that order. */
  get records(): readonly MigrationRecord[] {
    return this.request.state.migrations.filter(({ deployment }) => deployment === this.id);
  }
}
