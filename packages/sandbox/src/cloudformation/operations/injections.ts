import type { FailureInjection } from '../../api';
import { ResourceFailure } from '../resource-type';
import { invalid } from '../template/template';

type Action = 'create' | 'update';

/** Failures made on purpose, for one deployment. `Child.Resource` names a resource of a nested stack. */
export class Injections {
  /** `pending` is shared with nested stacks, so that the root knows which were never used. */
  private constructor(
    private readonly pending: FailureInjection[],
    private readonly prefix: string,
  ) {}

  static of(injections: readonly FailureInjection[] = []): Injections {
    return new Injections([...injections], '');
  }

  /** Those not used yet, for this stack and what is nested in it. */
  get unused(): readonly FailureInjection[] {
    return this.pending.filter(({ logicalId }) => logicalId.startsWith(this.prefix));
  }

  /** Refuses names that the template does not have, with those that look alike. */
  check(logicalIds: readonly string[]): void {
    for (const { logicalId } of this.unused) {
      const [name = ''] = logicalId.slice(this.prefix.length).split('.');
      if (logicalIds.includes(name)) continue;
      const close = closest(name, logicalIds);
      const advice = close.length > 0 ? `Did you mean ${close.join(', ')}?` : `Allowed: ${logicalIds.join(', ')}.`;
      throw invalid(`Cannot make '${logicalId}' fail: the template has no resource '${name}'. ${advice}`);
    }
  }

  expects(logicalId: string, action: Action): boolean {
    return this.#find(logicalId, action) >= 0;
  }

  /** Fails once for each injection. */
  throwIfExpected(logicalId: string, action: Action): void {
    const index = this.#find(logicalId, action);
    if (index < 0) return;
    this.pending.splice(index, 1);
    throw new ResourceFailure('Resource handler returned message: "failed on purpose"');
  }

  /** Those for the resources of a nested stack. */
  nested(logicalId: string): Injections {
    return new Injections(this.pending, `${this.prefix}${logicalId}.`);
  }

  #find(logicalId: string, action: Action): number {
    const name = `${this.prefix}${logicalId}`;
    return this.pending.findIndex((injection) => {
      return injection.logicalId === name && (injection.on === undefined || injection.on === action);
    });
  }
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
