import type { Bundle, BundledMigration, ManifestEntry, MigrationKind } from '../../core/bundle/bundle';
import { databaseKindsFor } from '../../core/bundle/database-kinds';
import { heads } from '../../core/bundle/graph';
import type { AppliedRevision, Deployment, MigrationRecord, MigrationState, ScopeState } from '../../core/ledger/state';
import { plan } from '../../core/protocol/plan';
import type { DatabaseKind } from '../../core/wire';

/** What `migrations status --json` prints. A public contract: members are added, never changed. */
export interface ScopeStatus {
  readonly scope: string;
  /** Revision of the migrations that are applied; null if none are. */
  readonly revision: string | null;
  readonly state: ScopeActivity;
  /** Applied migrations on which no other applied one of their target depends. */
  readonly heads: readonly string[];
  readonly targets: readonly TargetStatus[];
}

export type ScopeActivity = 'idle' | 'deploying' | 'awaiting-commit' | 'rolling-back' | 'failed';

export interface TargetStatus {
  readonly name: string;
  readonly engine: DatabaseKind;
  readonly applied: readonly AppliedStatus[];
  readonly pending: readonly PendingStatus[];
}

interface AppliedStatus {
  readonly version: string;
  readonly name: string;
  readonly kind: MigrationKind;
  readonly state: MigrationState;
  /** Recorded as applied because its database had it before: it never ran. */
  readonly baselined: boolean;
  readonly appliedAt: string | null;
  readonly durationMs: number | null;
  readonly checksum: string;
  readonly deployment: string;
  /** What its database goes on with since it was applied, such as the build of an index. */
  readonly building: readonly string[];
}

interface PendingStatus {
  readonly version: string;
  readonly name: string;
  readonly kind: MigrationKind;
}

/**
 * @param bundle what pending migrations are counted against; undefined when nothing was ever deployed
 * @throws CHECKSUM_MISMATCH when the bundle has an applied migration in another form
 */
export function scopeStatus(
  state: ScopeState,
  bundle: Bundle | undefined,
  kinds: Readonly<Record<string, DatabaseKind>>,
): ScopeStatus {
  const current = currentRevision(state);
  const applied = current ? begunIn(state).filter((record) => isAt(record, current)) : [];
  const all = bundle?.migrations ?? [];
  const pending = pendingIn(state, all);
  const names = new Set([...Object.keys(current?.identities ?? {}), ...pending.map(({ target }) => target)]);
  return {
    scope: state.scope,
    revision: state.applied?.revision ?? null,
    state: activityOf(state),
    heads: headsOf(applied, all),
    targets: [...names].sort().map((name) => ({
      name,
      engine: kinds[name] ?? kindOf([...applied, ...pending].filter(({ target }) => target === name)),
      applied: applied.filter(({ target }) => target === name).map(appliedStatus),
      pending: pending.filter(({ target }) => target === name).map(pendingStatus),
    })),
  };
}

/**
 * What a deployment of these migrations would apply.
 * @throws CHECKSUM_MISMATCH when an applied one is there in another form
 */
export function pendingIn(state: ScopeState, migrations: readonly BundledMigration[]): readonly ManifestEntry[] {
  const current = currentRevision(state);
  return current ? plan(migrations, begunIn(state), current).pending : migrations;
}

function begunIn({ migrations }: ScopeState): readonly MigrationRecord[] {
  return migrations.filter(({ state }) => state !== 'planned');
}

/** As its migrations tell it. A data migration runs on every kind, so it tells nothing. */
function kindOf(migrations: readonly { readonly kind: MigrationKind }[]): DatabaseKind {
  const told = migrations.find(({ kind }) => kind !== 'data');
  return told ? databaseKindsFor(told.kind)[0]! : 'dynamodb';
}

/** Where the scope is, or, before its first deployment is done, where it goes. */
function currentRevision({ applied, open }: ScopeState): AppliedRevision | null {
  return applied ?? open.at(-1)?.to ?? null;
}

/** The deployment that is applying migrations now. */
export function forwardDeployment({ open }: ScopeState): Deployment | undefined {
  return open.find(({ state }) => state === 'forward');
}

export function activityOf({ open }: ScopeState): ScopeActivity {
  const has = (...states: readonly Deployment['state'][]) => open.some(({ state }) => states.includes(state));
  if (has('failed')) return 'failed';
  if (has('rolling-back')) return 'rolling-back';
  if (has('forward')) return 'deploying';
  return has('applied', 'committing') ? 'awaiting-commit' : 'idle';
}

function isAt(record: MigrationRecord, current: AppliedRevision): boolean {
  return current.identities[record.target] === record.identity;
}

function headsOf(applied: readonly MigrationRecord[], all: readonly BundledMigration[]): readonly string[] {
  const ids = new Set(applied.map(({ id }) => id));
  return heads(all.filter(({ id }) => ids.has(id))).map(({ id }) => id);
}

function appliedStatus(record: MigrationRecord): AppliedStatus {
  const { version, name, kind, state, appliedAt = null, durationMs = null, checksum, deployment } = record;
  const { baselined = false } = record;
  const building = (record.building ?? []).map(({ what }) => what);
  return { version, name, kind, state, baselined, appliedAt, durationMs, checksum, deployment, building };
}

function pendingStatus({ version, name, kind }: PendingStatus): PendingStatus {
  return { version, name, kind };
}
