import { MigrationError } from '../errors';
import { type AuditEvent, emptyState, isOpen, type RunRecord, type ScopeState, type Transition } from '../ledger';
import type { Ledger, Session } from '../ports';
import type { MemoryLeases } from './leases';
import type { MemoryRequests } from './requests';

/** The ledger's rules without a store, for tests and dry runs. */
export class MemoryLedger implements Ledger {
  private readonly states = new Map<string, ScopeState>();
  private readonly runs = new Map<string, RunRecord>();
  private readonly logs = new Map<string, readonly AuditEvent[]>();

  constructor(
    private readonly leases: MemoryLeases,
    private readonly requests: MemoryRequests,
  ) {}

  async load(scope: string): Promise<ScopeState> {
    return this.stateOf(scope);
  }

  private stateOf(scope: string): ScopeState {
    return this.states.get(scope) ?? emptyState(scope);
  }

  async run(scope: string, key: string): Promise<RunRecord | undefined> {
    return this.runs.get(`${scope} ${key}`);
  }

  async commit(session: Session, base: ScopeState, transition: Transition): Promise<ScopeState> {
    this.leases.check(session);
    // Nothing is awaited from here to the last write: of two commits at the same time one must lose.
    if (this.stateOf(base.scope).version !== base.version) {
      throw new MigrationError('STATE_CHANGED', `Scope ${base.scope} was changed by another process.`);
    }
    const next = applyTransition(base, transition);
    if (transition.run) checkSize(transition.run);
    this.states.set(base.scope, next);
    if (transition.run) this.runs.set(`${base.scope} ${transition.run.key}`, transition.run);
    if (transition.forget) this.runs.delete(`${base.scope} ${transition.forget}`);
    this.logs.set(base.scope, [...(this.logs.get(base.scope) ?? []), ...transition.events]);
    if (transition.answer) {
      await this.requests.decide(base.scope, transition.answer.requestKey, transition.answer.outcome);
    }

    return next;
  }

  async events(scope: string): Promise<readonly AuditEvent[]> {
    return this.logs.get(scope) ?? [];
  }
}

/** Bytes. DynamoDB takes items up to 400 KB (aws-facts 5); the rest is room for the other attributes. */
const largestRunRecord = 380_000;

/**
 * What undoes a migration must fit in the ledger, or the migration is not begun.
 * @throws RUN_RECORD_TOO_LARGE
 */
export function checkSize(run: RunRecord): void {
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
    place: transition.place === undefined ? base.place : transition.place,
    eventCount: last?.seq ?? base.eventCount,
    lastHash: last?.hash ?? base.lastHash,
    open: [...open, ...begun].filter(isOpen),
    migrations: migration ? [...migrations, migration].sort((a, b) => a.position - b.position) : migrations,
  };
}
