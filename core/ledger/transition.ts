import { MigrationError } from '../errors/index';
import { isOpen, type ScopeState, type Transition, type UndoPlan } from './state';

/** Bytes. DynamoDB takes items up to 400 KB (aws-facts DDB-4); the rest is room for the other attributes. */
const largestRunRecord = 380_000;

/**
 * What undoes a migration must fit in the ledger, or the migration is not begun.
 * @throws RUN_RECORD_TOO_LARGE
 */
export function checkSize(run: UndoPlan): void {
  const bytes = new TextEncoder().encode(JSON.stringify(run)).length;
  if (bytes <= largestRunRecord) return;
  throw new MigrationError(
    'RUN_RECORD_TOO_LARGE',
    `What undoes ${run.file} takes ${bytes} bytes, at most ${largestRunRecord} fit in the ledger.`,
    { hint: 'Split the migration, or move bulk data out of its down and contract sections.' },
  );
}

/** The state after a transition; what every ledger's store must then hold. */
export function applyTransition(base: ScopeState, transition: Transition): ScopeState {
  const { deployments = [], migration, forget, events } = transition;
  const last = events.at(-1);
  const replaced = new Set([forget, migration?.key]);
  const migrations = base.migrations.filter(({ key }) => !replaced.has(key));
  const changed = new Map(deployments.map((deployment) => [deployment.id, deployment]));
  const open = base.open.map((deployment) => changed.get(deployment.id) ?? deployment);
  const begun = deployments.filter(({ id }) => base.open.every((deployment) => deployment.id !== id));
  return {
    scope: base.scope,
    version: base.version + 1,
    stackId: transition.stackId ?? base.stackId,
    applied: transition.applied === undefined ? base.applied : transition.applied,
    eventCount: last?.seq ?? base.eventCount,
    lastHash: last?.hash ?? base.lastHash,
    open: [...open, ...begun].filter(isOpen),
    migrations: migration ? [...migrations, migration].sort((a, b) => a.position - b.position) : migrations,
  };
}
