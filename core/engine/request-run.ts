import { chain } from '../ledger/audit';
import type { Deployment, NewEvent, ScopeState, Transition, UndoPlan } from '../ledger/state';
import type { HeldLease, Ports, Target } from '../ports';
import type { RecordedRequest } from '../request/request';

/** How far a piece of work came in the time it had. */
export type Progress = 'over' | 'continue' | 'waiting';

/** What a caller of the engine allows it. */
export interface Limits {
  /** Epoch milliseconds after which no further step begins in this process; the next process continues. */
  readonly stopBy: number;
  /** Milliseconds between two looks, at most, at something that takes its time, such as an index build. */
  readonly pollInterval: number;
}

/** One process at work on one request, under one lease: the current state and the one way to change it. */
export class Work {
  private readonly targets = new Map<string, Promise<Target>>();

  constructor(
    readonly ports: Ports,
    readonly session: HeldLease,
    readonly limits: Limits,
    public recorded: RecordedRequest,
    public state: ScopeState,
  ) {}

  get now(): string {
    return new Date(this.ports.clock.now()).toISOString();
  }

  get outOfTime(): boolean {
    return this.ports.clock.now() >= this.limits.stopBy;
  }

  /** Records a transition with its audit events. Afterwards `state` and `recorded` are what the ledger holds. */
  async record(
    deployment: string,
    events: readonly NewEvent[],
    change: Omit<Transition, 'events'> = {},
  ): Promise<void> {
    const context = { at: this.now, actor: this.recorded.actor, deployment };
    const chained = chain(this.state, context, events);
    this.state = await this.ports.ledger.write(this.session, this.state, { ...change, events: chained });
    if (change.answer?.requestKey === this.recorded.key) {
      this.recorded = { ...this.recorded, outcome: change.answer.outcome };
    }
  }

  /** The deployment as the ledger has it now. */
  current(deployment: Deployment): Deployment {
    return this.state.open.find(({ id }) => id === deployment.id) ?? deployment;
  }

  async run(key: string): Promise<UndoPlan> {
    const run = await this.ports.ledger.undoPlan(this.state.scope, key);
    if (!run) throw new Error(`The ledger has no run record for ${key}.`);
    return run;
  }

  /** Opens a target once for this process, and raises its fence first. */
  target(deployment: Deployment, name: string): Promise<Target> {
    const identity = deployment.targets[name]!.Identity;
    const opened = this.targets.get(identity) ?? this.open(deployment, name);
    this.targets.set(identity, opened);
    return opened;
  }

  private async open(deployment: Deployment, name: string): Promise<Target> {
    const target = await this.ports.targets.open(name, deployment.targets[name]!, this.session);
    if (target.engine === 'aurora-postgresql') await target.prepare();
    return target;
  }
}
