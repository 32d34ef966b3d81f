import {
  type Deployment,
  isOpen,
  type MigrationRecord,
  type ScopeHead,
  type ScopeState,
  type Transition,
} from './state';

/** The head after a transition. */
export function nextHead(head: ScopeHead, transition: Transition): ScopeHead {
  const last = transition.events.at(-1);
  return {
    scope: head.scope,
    version: head.version + 1,
    stackId: transition.stackId ?? head.stackId,
    applied: transition.applied === undefined ? head.applied : transition.applied,
    eventCount: last?.seq ?? head.eventCount,
    lastHash: last?.hash ?? head.lastHash,
  };
}

/** The records of a scope that a transition changes. */
export type RecordChange = Pick<Transition, 'deployments' | 'migrations' | 'forget'>;

/**
 * A scope's state that follows its transitions. A deployment of thousands of migrations makes thousands of transitions,
 * so a transition costs what it changes and not what the scope holds.
 */
export class LiveState implements ScopeState {
  private readonly records = new Map<string, MigrationRecord>();
  /** Keys of those that databases still build something of. */
  private readonly unfinished = new Set<string>();
  private readonly deployments: Map<string, Deployment>;
  private lastPosition = 0;
  private head: ScopeHead;

  constructor({ open, migrations, ...head }: ScopeState) {
    this.head = head;
    this.deployments = new Map(open.map((deployment) => [deployment.id, deployment]));
    for (const record of migrations) this.put(record);
  }

  get scope(): string {
    return this.head.scope;
  }

  get version(): number {
    return this.head.version;
  }

  get stackId(): string | undefined {
    return this.head.stackId;
  }

  get applied(): ScopeState['applied'] {
    return this.head.applied;
  }

  get eventCount(): number {
    return this.head.eventCount;
  }

  get lastHash(): string {
    return this.head.lastHash;
  }

  get open(): readonly Deployment[] {
    return [...this.deployments.values()];
  }

  /** A copy: not to be asked for once per migration. */
  get migrations(): readonly MigrationRecord[] {
    return [...this.records.values()];
  }

  /** Of migrations of which something is still built. */
  get building(): readonly MigrationRecord[] {
    return [...this.unfinished].map((key) => this.records.get(key)!);
  }

  migration(key: string): MigrationRecord | undefined {
    return this.records.get(key);
  }

  deployment(id: string): Deployment | undefined {
    return this.deployments.get(id);
  }

  /** The position of the next migration that is applied. */
  get nextPosition(): number {
    return this.lastPosition + 1;
  }

  advance(head: ScopeHead): void {
    this.head = head;
  }

  change({ deployments = [], migrations = [], forget = [] }: RecordChange): void {
    for (const key of forget) {
      this.records.delete(key);
      this.unfinished.delete(key);
    }
    for (const record of migrations) this.put(record);
    for (const deployment of deployments) {
      if (isOpen(deployment)) this.deployments.set(deployment.id, deployment);
      else this.deployments.delete(deployment.id);
    }
  }

  private put(record: MigrationRecord): void {
    const { key, position, building = [] } = record;
    this.records.set(key, record);
    this.lastPosition = Math.max(this.lastPosition, position);
    if (building.length > 0) this.unfinished.add(key);
    else this.unfinished.delete(key);
  }

  /** The state as plain data. */
  toJSON(): ScopeState {
    return { ...this.head, open: this.open, migrations: this.migrations };
  }
}
