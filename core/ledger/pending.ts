import type { NewEvent, Transition } from './state';

/** A transition before its events are linked into the chain. */
export type Change = Omit<Transition, 'events'>;

/** What is forgotten of a migration: its record, its undo plan, its steps. */
const recordsOfMigration = 3;

/** Changes that wait to be written together with the next ones. A record that changes twice is written once. */
export class PendingChanges {
  private events: readonly (NewEvent & { readonly deployment: string })[] = [];
  private merged: Change = {};

  get isEmpty(): boolean {
    return this.events.length === 0 && Object.keys(this.merged).length === 0;
  }

  /** How many records the change writes or deletes. */
  get size(): number {
    const { deployments = [], migrations = [], undoPlans = [], steps = [], forget = [] } = this.merged;
    const written = [deployments, migrations, undoPlans, steps].reduce((sum, { length }) => sum + length, 0);
    return this.events.length + written + recordsOfMigration * forget.length;
  }

  add(deployment: string, events: readonly NewEvent[], change: Change): void {
    this.events = [...this.events, ...events.map((event) => ({ ...event, deployment }))];
    this.merged = merge(this.merged, change);
  }

  /** All that waits; afterwards nothing does. */
  take(): { readonly events: readonly (NewEvent & { readonly deployment: string })[]; readonly change: Change } {
    const { events, merged: change } = this;
    this.events = [];
    this.merged = {};
    return { events, change };
  }
}

function merge(first: Change, second: Change): Change {
  const forget = [...new Set([...(first.forget ?? []), ...(second.forget ?? [])])];
  const forgotten = new Set(forget);
  const kept = <T extends { readonly key: string }>(records: readonly T[] | undefined) =>
    records?.filter(({ key }) => !forgotten.has(key));
  const again = new Set(second.migrations?.map(({ key }) => key));
  return {
    ...scalars(first),
    ...scalars(second),
    ...present(
      'deployments',
      latest(first.deployments, second.deployments, ({ id }) => id),
    ),
    ...present(
      'migrations',
      latest(kept(first.migrations), second.migrations, ({ key }) => key),
    ),
    ...present(
      'undoPlans',
      latest(kept(first.undoPlans), second.undoPlans, ({ key }) => key),
    ),
    ...present(
      'steps',
      latest(kept(first.steps), kept(second.steps), ({ key, step }) => `${key} ${step}`),
    ),
    ...present(
      'forget',
      forget.filter((key) => !again.has(key)),
    ),
  };
}

/** What a transition sets at most once; the later value counts. */
function scalars({ stackId, applied, outcome }: Change): Change {
  return {
    ...(stackId !== undefined && { stackId }),
    ...(applied !== undefined && { applied }),
    ...(outcome !== undefined && { outcome }),
  };
}

function latest<T>(first: readonly T[] = [], second: readonly T[] = [], keyOf: (record: T) => string): readonly T[] {
  return [...new Map([...first, ...second].map((record) => [keyOf(record), record])).values()];
}

/** Left out when there is none, so that an empty change stays empty. */
function present<K extends keyof Change>(name: K, records: readonly unknown[]): Partial<Change> {
  return records.length === 0 ? {} : { [name]: records };
}
