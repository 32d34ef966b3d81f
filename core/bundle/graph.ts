import { describe, type ErrorLocation, MigrationError } from '../errors/index';
import { didYouMean } from '../errors/near-names';
import type { MigrationId } from './bundle';
import { migrationId, sortByTargetAndVersion } from './version';

/** What the graph needs to know of a migration. */
export interface GraphNode {
  readonly target: string;
  readonly version: string;
  readonly dependsOn: readonly MigrationId[];
}

/** Says where a migration, or one of its dependencies, is written. */
export type Locate<T> = (node: T, dependency?: MigrationId) => ErrorLocation | undefined;

/**
 * Orders migrations so that each comes after all that it depends on; among those that are free, by target and then
 * by semver. The same set gives the same order, however it was given. n log n, with n migrations and dependencies.
 * @throws MigrationError the first of {@link findGraphErrors}
 */
export function orderMigrations<T extends GraphNode>(nodes: readonly T[]): T[] {
  const [error] = findGraphErrors(nodes);
  if (error) throw error;
  return release(nodes).ordered;
}

/**
 * Everything that keeps migrations from having an order: duplicate versions, unknown dependencies, and one cycle.
 * Empty when they have one.
 */
export function findGraphErrors<T extends GraphNode>(nodes: readonly T[], locate: Locate<T> = () => undefined) {
  const errors: MigrationError[] = [];
  const byId = new Map<MigrationId, T>();
  for (const node of nodes) {
    const first = byId.get(idOf(node));
    if (first) errors.push(duplicateVersion(node, locate(node), locate(first)));
    else byId.set(idOf(node), node);
  }
  for (const node of nodes) {
    for (const dependency of node.dependsOn) {
      if (!byId.has(dependency)) errors.push(unknownDependency(node, dependency, byId, locate(node, dependency)));
    }
  }
  const unique = [...byId.values()];
  const { blocked } = release(unique);
  if (blocked.length > 0) errors.push(dependencyCycle(findCycle(blocked), locate));
  return errors;
}

/** The migrations on which no other migration of the same target depends, in the order given. */
export function heads<T extends GraphNode>(nodes: readonly T[]): T[] {
  const needed = new Set(nodes.flatMap((node) => node.dependsOn.filter((id) => id.startsWith(`${node.target}/`))));
  return nodes.filter((node) => !needed.has(idOf(node)));
}

/** Kahn's algorithm. Dependencies that are not among the nodes do not block; `blocked` is what cycles hold back. */
function release<T extends GraphNode>(nodes: readonly T[]): { ordered: T[]; blocked: T[] } {
  const ranked = sortByTargetAndVersion(nodes);
  const rankOf = new Map(ranked.map((node, rank) => [idOf(node), rank]));
  const dependents = ranked.map((): number[] => []);
  const waitingFor = ranked.map(() => 0);
  ranked.forEach((node, rank) => {
    for (const dependency of node.dependsOn) {
      const dependencyRank = rankOf.get(dependency);
      if (dependencyRank === undefined) continue;
      dependents[dependencyRank]!.push(rank);
      waitingFor[rank]!++;
    }
  });
  const free = new SmallestFirst();
  const ordered: T[] = [];
  waitingFor.forEach((count, rank) => {
    if (count === 0) free.push(rank);
  });
  for (let rank = free.pop(); rank !== undefined; rank = free.pop()) {
    ordered.push(ranked[rank]!);
    for (const dependent of dependents[rank]!) if (--waitingFor[dependent]! === 0) free.push(dependent);
  }
  return { ordered, blocked: ranked.filter((_, rank) => waitingFor[rank]! > 0) };
}

/** A path that ends where it begins. Each blocked node has a blocked dependency, so walking must come round. */
function findCycle<T extends GraphNode>(blocked: readonly T[]): T[] {
  const byId = new Map(blocked.map((node) => [idOf(node), node]));
  const seenAt = new Map<T, number>();
  const path: T[] = [];
  let node = blocked[0]!;
  while (!seenAt.has(node)) {
    seenAt.set(node, path.length);
    path.push(node);
    node = byId.get(node.dependsOn.find((id) => byId.has(id))!)!;
  }
  return [...path.slice(seenAt.get(node)), node];
}

/** A binary heap of numbers. */
class SmallestFirst {
  readonly #items: number[] = [];

  push(item: number): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0 && items[(at - 1) >> 1]! > items[at]!) at = this.#swap(at, (at - 1) >> 1);
  }

  pop(): number | undefined {
    const items = this.#items;
    const smallest = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return smallest;
    items[0] = last;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const child = left + 1 < items.length && items[left + 1]! < items[left]! ? left + 1 : left;
      if (child >= items.length || items[child]! >= items[at]!) return smallest;
      at = this.#swap(at, child);
    }
  }

  #swap(a: number, b: number): number {
    [this.#items[a], this.#items[b]] = [this.#items[b]!, this.#items[a]!];
    return b;
  }
}

function idOf(node: GraphNode): MigrationId {
  return migrationId(node.target, node.version);
}

function duplicateVersion(node: GraphNode, location?: ErrorLocation, other?: ErrorLocation): MigrationError {
  return new MigrationError(
    'DUPLICATE_VERSION',
    `${idOf(node)} exists twice${other && location ? `: ${other.file} and ${location.file}` : ''}.`,
    {
      payload: { id: idOf(node), files: [other?.file, location?.file].filter((file) => file !== undefined) },
      hint: 'Give one of them the next version, and depend on the other if its order matters.',
      location,
    },
  );
}

function unknownDependency(
  node: GraphNode,
  dependency: MigrationId,
  known: ReadonlyMap<MigrationId, GraphNode>,
  location?: ErrorLocation,
): MigrationError {
  const others = [...known.keys()].filter((id) => id !== idOf(node));
  return new MigrationError(
    'UNKNOWN_DEPENDENCY',
    describe({ what: `${idOf(node)} depends on an unknown migration`, seen: dependency }),
    {
      payload: { id: idOf(node), dependency },
      hint: didYouMean(dependency, others) ?? 'Add that migration, or remove the dependency.',
      location,
    },
  );
}

function dependencyCycle<T extends GraphNode>(cycle: readonly T[], locate: Locate<T>): MigrationError {
  const path = cycle.map(idOf);
  return new MigrationError('DEPENDENCY_CYCLE', `Migrations depend on each other in a circle: ${path.join(' -> ')}.`, {
    payload: { path },
    hint: 'Remove one of these dependencies.',
    location: locate(cycle[0]!, path[1]),
  });
}
