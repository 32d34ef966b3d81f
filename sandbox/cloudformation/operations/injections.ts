import type { FailureInjection } from '../../api';
import { ResourceFailure } from '../resource-type';
import { invalid } from '../template/template';

type Action = 'create' | 'update';

/** Failures made on purpose, for one deployment. `Child.Resource` names a resource of a nested stack. */
export class Injections {
  readonly #pending: FailureInjection[];

  constructor(injections: readonly FailureInjection[] = []) {
    this.#pending = [...injections];
  }

  get unused(): readonly FailureInjection[] {
    return this.#pending;
  }

  /** Refuses names that the template does not have, with those that look alike. */
  check(logicalIds: readonly string[]): void {
    for (const { logicalId } of this.#pending) {
      const [first = ''] = logicalId.split('.');
      if (logicalIds.includes(first)) continue;
      const close = closest(first, logicalIds);
      const advice = close.length > 0 ? `Did you mean ${close.join(', ')}?` : `Allowed: ${logicalIds.join(', ')}.`;
      throw invalid(`Cannot make '${logicalId}' fail: the template has no resource '${first}'. ${advice}`);
    }
  }

  expects(logicalId: string, action: Action): boolean {
    return this.#pending.some((injection) => matches(injection, logicalId, action));
  }

  /** Fails once for each injection. */
  throwIfExpected(logicalId: string, action: Action): void {
    const index = this.#pending.findIndex((injection) => matches(injection, logicalId, action));
    if (index < 0) return;
    this.#pending.splice(index, 1);
    throw new ResourceFailure('Resource handler returned message: "failed on purpose"');
  }

  /** Hands over those for the resources of a nested stack. */
  takeNested(logicalId: string): Injections {
    const prefix = `${logicalId}.`;
    const nested = this.#pending.filter((injection) => injection.logicalId.startsWith(prefix));
    for (const injection of nested) this.#pending.splice(this.#pending.indexOf(injection), 1);
    return new Injections(
      nested.map((injection) => ({ ...injection, logicalId: injection.logicalId.slice(prefix.length) })),
    );
  }
}

function matches({ logicalId, on }: FailureInjection, wanted: string, action: Action): boolean {
  return logicalId === wanted && (on === undefined || on === action);
}

/** Up to three names within a third of the letters. */
function closest(name: string, candidates: readonly string[]): readonly string[] {
  const distances = candidates.map((candidate) => ({
    candidate,
    distance: editDistance(name.toLowerCase(), candidate.toLowerCase()),
  }));
  const near = distances.filter(({ candidate, distance }) => {
    return distance <= Math.max(2, name.length / 3) || candidate.toLowerCase().includes(name.toLowerCase());
  });
  return near
    .sort((left, right) => left.distance - right.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...left].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...right].entries()) {
      const substituted = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(substituted, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
