import type { ManifestEntry } from '../bundle/bundle';
import { upTo } from '../bundle/version';
import { MigrationError } from '../errors/index';
import type { ScopeState } from '../ledger/state';
import type { TargetProperties } from '../wire';
import { refuseSplit } from './baseline';
import { plan } from './plan';

/** What a person asks to be recorded as applied. */
export interface BaselineRequest<T extends ManifestEntry> {
  readonly target: string;
  /** How deployments reach the target. */
  readonly properties: TargetProperties;
  readonly version: string;
  /** All migrations there are, in an order in which dependencies come first. */
  readonly migrations: readonly T[];
}

export interface ChosenBaseline<T extends ManifestEntry> {
  /** To be recorded, in order. */
  readonly fresh: readonly T[];
  /** What the database is to be compared with: those, and what is applied to it. */
  readonly whole: readonly { readonly migration: T; readonly isContracted: boolean }[];
}

/**
 * Which migrations of a deployed target are recorded as applied when its database is said to be at a version.
 * @throws BASELINE_REFUSED when there are none, or something is in the way
 */
export function chooseBaseline<T extends ManifestEntry>(
  state: ScopeState,
  asked: BaselineRequest<T>,
): ChosenBaseline<T> {
  const { target, properties, version } = asked;
  refuseUndeployed(state, asked);
  const own = asked.migrations.filter((migration) => migration.target === target);
  const applied = state.migrations.filter(
    (record) => record.target === target && record.identity === properties.Identity,
  );
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
  const contracts = new Map(applied.map(({ id, contract }) => [id, contract]));
  refuseSplit({ target, version, migrations: fresh }, new Set(contracts.keys()));
  const whole = own
    .filter(({ id }) => left.has(id) || contracts.has(id))
    .map((migration) => ({ migration, isContracted: contracts.get(migration.id) !== 'pending' }));
  return { fresh, whole };
}

function refuseUndeployed<T extends ManifestEntry>(state: ScopeState, asked: BaselineRequest<T>): void {
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
