import { MigrationError } from '../../../core/errors/index';
import {
  type AuditEvent,
  type Deployment,
  emptyState,
  type PlannedUndo,
  type ScopeHead,
  type ScopeState,
  type StepState,
  type Transition,
  type UndoPlan,
} from '../../../core/ledger/state';
import { LiveState, nextHead } from '../../../core/ledger/transition';
import type { HeldLease, Ledger } from '../../../core/ports';
import type { MemoryLeases } from './leases';
import type { MemoryRequests } from './requests';

/** Everything that is kept of one scope. */
class ScopeRecords {
  readonly state: LiveState;
  readonly plans = new Map<string, UndoPlan>();
  readonly steps = new Map<string, Map<string, StepState>>();
  readonly deployments = new Map<string, Deployment>();
  readonly events: AuditEvent[] = [];

  constructor(scope: string) {
    this.state = new LiveState(emptyState(scope));
  }

  change(transition: Transition): void {
    const { deployments = [], undoPlans = [], steps = [], forget = [], events } = transition;
    this.state.change(transition);
    for (const deployment of deployments) this.deployments.set(deployment.id, deployment);
    for (const plan of undoPlans) this.plans.set(plan.key, plan);
    for (const { key, step, ...state } of steps) {
      const known = this.steps.get(key) ?? new Map<string, StepState>();
      this.steps.set(key, known.set(step, state));
    }
    for (const key of forget) {
      this.plans.delete(key);
      this.steps.delete(key);
    }
    this.events.push(...events);
  }
}

/** The ledger's rules without a store. */
export class MemoryLedger implements Ledger {
  private readonly scopes = new Map<string, ScopeRecords>();

  constructor(
    private readonly leases: MemoryLeases,
    private readonly requests: MemoryRequests,
  ) {}

  async load(scope: string): Promise<ScopeState> {
    const state = this.recordsOf(scope).state.toJSON();
    return { ...state, migrations: [...state.migrations].sort((a, b) => a.position - b.position) };
  }

  private recordsOf(scope: string): ScopeRecords {
    const records = this.scopes.get(scope) ?? new ScopeRecords(scope);
    this.scopes.set(scope, records);
    return records;
  }

  async undoPlans(scope: string, keys: readonly string[]): Promise<readonly PlannedUndo[]> {
    const { plans, steps } = this.recordsOf(scope);
    return keys.flatMap((key) => {
      const plan = plans.get(key);
      return plan ? [{ plan, steps: Object.fromEntries(steps.get(key) ?? []) }] : [];
    });
  }

  async deployments(scope: string): Promise<readonly Deployment[]> {
    return [...this.recordsOf(scope).deployments.values()].sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  }

  async write(lease: HeldLease, head: ScopeHead, transition: Transition): Promise<ScopeHead> {
    this.leases.check(lease);
    // Nothing is awaited from here to the last write: of two writes at the same time one must lose.
    const records = this.recordsOf(head.scope);
    if (records.state.version !== head.version) {
      throw new MigrationError('STATE_CHANGED', `Scope ${head.scope} was changed by another process.`);
    }
    const next = nextHead(head, transition);
    records.change(transition);
    records.state.advance(next);
    const { outcome } = transition;
    if (outcome) await this.requests.setOutcome(head.scope, outcome.requestKey, outcome.outcome);
    return next;
  }

  async events(scope: string): Promise<readonly AuditEvent[]> {
    return [...this.recordsOf(scope).events];
  }
}
