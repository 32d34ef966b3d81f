/** A node and the nodes that must come before it. */
export interface GraphNode {
  readonly logicalId: string;
  readonly dependsOn: readonly string[];
}

/** The nodes on a circle, or undefined when there is none. */
export function findCycle(nodes: readonly GraphNode[]): readonly string[] | undefined {
  const edges = new Map(nodes.map((node) => [node.logicalId, node.dependsOn]));
  const finished = new Set<string>();
  const visit = (id: string, trail: readonly string[]): readonly string[] | undefined => {
    if (trail.includes(id)) return trail.slice(trail.indexOf(id));
    if (finished.has(id)) return undefined;
    const cycle = firstDefined(edges.get(id) ?? [], (next) => visit(next, [...trail, id]));
    finished.add(id);
    return cycle;
  };
  return firstDefined([...edges.keys()], (id) => visit(id, []));
}

function firstDefined<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
