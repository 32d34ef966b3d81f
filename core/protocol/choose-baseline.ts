import type { BundledMigration } from '../bundle/bundle';
import { upTo } from '../bundle/version';
import { MigrationError } from '../errors/index';
import type { ScopeState } from '../ledger/state';
import { asApplied } from '../schema/applied-migration';
import type { AppliedMigration } from '../schema/comparing';
import type { TargetProperties } from '../wire';
import { refuseSplit } from './baseline';
import { plan } from './plan';

/** What a person asks to be recorded as applied. */
export interface BaselineRequest {
  readonly target: string;
  /** How deployments reach the target. */
  readonly properties: TargetProperties;
  readonly version: string;
  /** All migrations there are, in an order in which dependencies come first. */
  readonly migrations: readonly BundledMigration[];
}

export interface ChosenBaseline {
  /** To be recorded, in order. */
  readonly fresh: readonly BundledMigration[];
  /** What the database is to be compared with: what is applied to it, then those. */
  readonly whole: readonly AppliedMigration[];
}

/**
 * Which migrations of a deployed target are recorded as applied when its database is said to be at a version.
 * @throws BASELINE_REFUSED when there are none, or something is in the way
 */
export function chooseBaseline(state: ScopeState, asked: BaselineRequest): ChosenBaseline {
  const { target, properties, version } = asked;
  refuseUndeployed(state, asked);
  const own = asked.migrations.filter((migration) => migration.target === target);
  const applied = state.migrations
    .filter((record) => record.target === target && record.identity === properties.Identity)
    .sort((a, b) => a.position - b.position);
  const { pending, surplus } = plan(own, applied, state.applied!);
  const covered = new Set(upTo(applied, version));
  const beyond = [...new Set([...surplus, ...applied.filter((record) => !covered.has(record))])].map(({ id }) => id);
  if (beyond.length > 0) {
    throw refused(
      asked,
      `Applied to target ${target}, and not among its migrations up to ${version}: ${beyond.join(', ')}.`,
      'Deploy: it applies what is left below an applied migration. Or name a later version, or the folder that has them.',
    );
  }
  const left = new Set(upTo(pending, version).map(({ id }) => id));
  const fresh = own.filter(({ id }) => left.has(id));
  if (fresh.length === 0) {
    throw refused(
      asked,
      `No migration of target ${target} up to ${version} is left to be recorded.`,
      'See with `migrations status` what is applied.',
    );
  }
  refuseSplit({ target, version, migrations: fresh }, new Set(applied.map(({ id }) => id)));
  const byId = new Map(own.map((migration) => [migration.id, migration]));
  const whole = [
    ...applied.map((record) => asApplied(byId.get(record.id)!, record)),
    ...fresh.map((migration) => ({ migration, isContracted: true })),
  ];
  return { fresh, whole };
}

function refuseUndeployed(state: ScopeState, asked: BaselineRequest): void {
  const { target, properties } = asked;
  if (state.open.length > 0) {
    throw refused(asked, `A deployment of ${state.scope} is open.`, 'Wait until it is over; see `migrations status`.');
  }
  if (state.applied?.identities[target] === properties.Identity) return;
  throw refused(
    asked,
    `No deployment of ${state.scope} has succeeded with the database of target ${target}.`,
    'Give the target its `baseline` in the app: its first deployment records it.',
  );
}

/** Why nothing is recorded. */
export function refused(
  { target, version }: { readonly target: string; readonly version: string },
  message: string,
  hint: string,
): MigrationError {
  return new MigrationError('BASELINE_REFUSED', message, { payload: { target, baseline: version }, hint });
}
