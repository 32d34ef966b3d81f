import { chain } from '../ledger/audit';
import { type Change, PendingChanges } from '../ledger/pending';
import type { NewEvent, ScopeState } from '../ledger/state';
import { LiveState } from '../ledger/transition';
import type { HeldLease, Ports, Target } from '../ports';
import type { RecordedRequest } from '../request/request';
import type { TargetProperties } from '../wire';

/** What a caller of the engine allows it. */
export interface Limits {
  /** Epoch milliseconds after which no further step begins in this process; the next process continues. */
  readonly stopBy: number;
  /** Milliseconds between two looks, at most, at something that takes its time, such as an index build. */
  readonly pollInterval: number;
}

/** One process at work on one request, under one lease: the current state and the one way to change it. */
export class RequestRun {
  readonly state: LiveState;
  private readonly targets = new Map<string, Promise<Target>>();
  private readonly pending = new PendingChanges();

  constructor(
    readonly ports: Ports,
    readonly lease: HeldLease,
    readonly limits: Limits,
    public recorded: RecordedRequest,
    state: ScopeState,
  ) {
    this.state = new LiveState(state);
  }

  get now(): string {
    return new Date(this.ports.clock.now()).toISOString();
  }

  get outOfTime(): boolean {
    return this.ports.clock.now() >= this.limits.stopBy;
  }

  /** Writes a change with its audit events, and all that was deferred. Afterwards `state` is what the ledger holds. */
  async record(deployment: string, events: readonly NewEvent[], change: Change = {}): Promise<void> {
    this.defer(deployment, events, change);
    await this.flush();
  }

  /**
   * Leaves a change to the next write. Only for what a process that comes after a crash finds out again by looking at
   * the database: that saves a write for every migration.
   */
  defer(deployment: string, events: readonly NewEvent[], change: Change = {}): void {
    const at = this.now;
    this.pending.add(
      deployment,
      events.map((event) => ({ at, ...event })),
      change,
    );
    this.state.change(change);
  }

  /** Writes what was deferred, if anything was. */
  async flush(): Promise<void> {
    if (this.pending.isEmpty) return;
    const { events, change } = this.pending.take();
    const context = { at: this.now, actor: this.recorded.actor, deployment: '' };
    const chained = chain(this.state, context, events);
    this.state.advance(await this.ports.ledger.write(this.lease, this.state, { ...change, events: chained }));
    if (change.outcome?.requestKey === this.recorded.key) {
      this.recorded = { ...this.recorded, outcome: change.outcome.outcome };
    }
  }

  /** Opens a target once for this process, and raises its fence first. */
  target(name: string, properties: TargetProperties): Promise<Target> {
    const opened = this.targets.get(properties.Identity) ?? this.open(name, properties);
    this.targets.set(properties.Identity, opened);
    return opened;
  }

  private async open(name: string, properties: TargetProperties): Promise<Target> {
    const target = await this.ports.targets.open(name, properties, this.lease);
    await target.prepare();
    return target;
  }
}
