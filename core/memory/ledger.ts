import { MigrationError } from '../errors';
import { type AuditEvent, emptyState, isOpen, type RunRecord, type ScopeState, type Transition } from '../ledger';
import type { Ledger, Session } from '../ports';
import type { MemoryLeases } from './leases';
import type { MemoryRequests } from './requests';

/** The ledger's rules without a store, for tests and dry runs. */
export class MemoryLedger implements Ledger {
  private readonly states = new Map<string, ScopeState>();
  private readonly runs = new Map<string, RunRecord>();
  readonly log: AuditEvent[] = [];

  constructor(
    private readonly leases: MemoryLeases,
    private readonly requests: MemoryRequests,
  ) {}

  async load(scope: string): Promise<ScopeState> {
    return this.states.get(scope) ?? emptyState(scope);
  }

  async run(scope: string, key: string): Promise<RunRecord | undefined> {
    return this.runs.get(`${scope} ${key}`);
  }

  async commit(session: Session, base: ScopeState, transition: Transition): Promise<ScopeState> {
    this.leases.check(session);
    if ((await this.load(base.scope)).version !== base.version) {
      throw new MigrationError('STATE_CHANGED', `Scope ${base.scope} was changed by another process.`);
    }
    const next = applyTransition(base, transition);
    this.states.set(base.scope, next);
    if (transition.run) this.runs.set(`${base.scope} ${transition.run.key}`, transition.run);
    if (transition.forget) this.runs.delete(`${base.scope} ${transition.forget}`);
    if (transition.answer) {
      await this.requests.decide(base.scope, transition.answer.requestKey, transition.answer.outcome);
    }
    this.log.push(...transition.events);
    return next;
  }

  async events(): Promise<readonly AuditEvent[]> {
    return this.log;
  }
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
