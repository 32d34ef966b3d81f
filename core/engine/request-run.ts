import { type ChainableEvent, chain } from '../ledger/audit';
import { type Change, PendingChanges } from '../ledger/pending';
import type { NewEvent, ScopeState } from '../ledger/state';
import { LiveState } from '../ledger/transition';
import type { HeldLease, Ports, Target } from '../ports';
import type { RecordedRequest } from '../request/request';
import type { TargetProperties } from '../wire';
import type { PassWork } from './pass-work';

/** What a caller of the engine allows it. */
export interface Limits {
  /** Epoch milliseconds after which no further step begins in this process; the next process continues. */
  readonly stopBy: number;
  /** Milliseconds between two looks, at most, at something that takes its time, such as an index build. */
  readonly pollInterval: number;
}

/**
 * Records. With the undo plans that ./write-ahead adds, a write stays below the 100 items that a transaction of DynamoDB
 * takes (aws-facts DDB-14).
 */
const mostDeferred = 48;

/** Milliseconds. Whoever reads the ledger meanwhile sees how far long work came. */
const longestDeferral = 1000;

/** One process at work on one request, under one lease: the current state and the one way to change it. */
export class RequestRun {
  readonly state: LiveState;
  private readonly targets = new Map<string, Promise<Target>>();
  private readonly pending = new PendingChanges();
  /** The writes so far, one after the other. */
  private writing: Promise<void> = Promise.resolve();
  private writtenAt: number;
  /** What workers are to do before this request goes on. */
  work: PassWork | undefined;
  /** What this process did that the answer should tell. */
  readonly done: string[] = [];

  constructor(
    readonly ports: Ports,
    readonly lease: HeldLease,
    readonly limits: Limits,
    public recorded: RecordedRequest,
    state: ScopeState,
  ) {
    this.state = new LiveState(state);
    this.writtenAt = ports.clock.now();
  }

  get now(): string {
    return new Date(this.ports.clock.now()).toISOString();
  }

  get outOfTime(): boolean {
    return this.ports.clock.now() >= this.limits.stopBy;
  }

  begin(work: PassWork): void {
    this.work = work;
  }

  /** Writes a change with its audit events, and all that was deferred. Afterwards `state` is what the ledger holds. */
  async record(deployment: string, events: readonly NewEvent[], change: Change = {}): Promise<void> {
    this.defer(deployment, events, change);
    await this.flush();
  }

  /**
   * Leaves a change to the next write, see {@link flushWhenDue}. Only for what a process that comes after a crash finds
   * out again by looking at the database: one write then serves many migrations.
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

  /**
   * Begins to write what was deferred, once it is much or the last write is long ago. To be called before each piece of
   * work, which does not wait.
   */
  async flushWhenDue(): Promise<void> {
    const age = this.ports.clock.now() - this.writtenAt;
    if (this.pending.size < mostDeferred && age < longestDeferral) return;
    await this.writing;
    void this.flush();
  }

  /**
   * Begins to write what was deferred; resolves when the ledger holds it and all before it. Who has other work to do need
   * not wait: an error is also that of every later write.
   */
  flush(): Promise<void> {
    if (this.pending.isEmpty) return this.writing;
    const { events, change } = this.pending.take();
    const at = this.now;
    this.writtenAt = this.ports.clock.now();
    this.writing = this.writing.then(() => this.write(at, events, change));
    this.writing.catch(() => {});
    return this.writing;
  }

  /** For the end of work by an error, which counts more than one of writing how far the work came. */
  async settle(): Promise<void> {
    await this.flush().catch(() => {});
  }

  private async write(at: string, events: readonly ChainableEvent[], change: Change): Promise<void> {
    const chained = chain(this.state, { at, actor: this.recorded.actor, deployment: '' }, events);
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

  /** Leaves databases as they were found that are not ours yet, as far as they can be reached. */
  async cleanUp(): Promise<void> {
    for (const opened of this.targets.values()) await opened.then((target) => target.cleanUp()).catch(() => undefined);
  }

  private async open(name: string, properties: TargetProperties): Promise<Target> {
    const target = await this.ports.targets.open(name, properties, this.lease);
    await target.prepare();
    return target;
  }
}
