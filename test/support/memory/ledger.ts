import { MigrationError } from '../../../core/errors/index';
import {
  type AuditEvent,
  emptyState,
  type ScopeState,
  type Transition,
  type UndoPlan,
} from '../../../core/ledger/state';
import { applyTransition, checkSize } from '../../../core/ledger/transition';
import type { HeldLease, Ledger } from '../../../core/ports';
import type { MemoryLeases } from './leases';
import type { MemoryRequests } from './requests';

/** The ledger's rules without a store, for tests and dry runs. */
export class MemoryLedger implements Ledger {
  private readonly states = new Map<string, ScopeState>();
  private readonly runs = new Map<string, UndoPlan>();
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

  async undoPlan(scope: string, key: string): Promise<UndoPlan | undefined> {
    return this.runs.get(`${scope} ${key}`);
  }

  async write(session: HeldLease, base: ScopeState, transition: Transition): Promise<ScopeState> {
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
      await this.requests.setOutcome(base.scope, transition.answer.requestKey, transition.answer.outcome);
    }

    return next;
  }

  async events(scope: string): Promise<readonly AuditEvent[]> {
    return this.logs.get(scope) ?? [];
  }
}
