import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findGraphErrors, type GraphNode, heads, orderMigrations } from '../../../core/bundle/graph';
import { errorOf } from '../../support/migrations-folder';

/** `users/1.0.0 < users/1.1.0`: the second depends on the first. */
function node(text: string): GraphNode {
  const [id = '', ...dependsOn] = text.split(' > ');
  const [target = '', version = ''] = id.split('/');
  return { target, version, dependsOn };
}

const ids = (nodes: readonly GraphNode[]) => nodes.map(({ target, version }) => `${target}/${version}`);

describe('orderMigrations', () => {
  it('puts dependencies first, then orders by target and semver', () => {
    const nodes = ['b/1.0.0', 'a/1.10.0', 'a/1.2.0', 'a/1.0.0 > b/2.0.0', 'b/2.0.0 > b/1.0.0', 'a/1.2.0-rc.1'].map(
      node,
    );
    expect(ids(orderMigrations(nodes))).toEqual([
      'a/1.2.0-rc.1',
      'a/1.2.0',
      'a/1.10.0',
      'b/1.0.0',
      'b/2.0.0',
      'a/1.0.0',
    ]);
  });

  it('returns an empty order when there are no migrations', () => expect(orderMigrations([])).toEqual([]));

  it('throws the first error', async () => {
    expect(await errorOf(() => orderMigrations([node('a/1.0.0 > a/0.9.0')]))).toMatchObject({
      code: 'UNKNOWN_DEPENDENCY',
    });
  });

  /** Nodes that depend only on those before them: any acyclic graph, up to the order. */
  const graph = fc
    .array(fc.record({ target: fc.constantFrom('a', 'b', 'c'), picks: fc.array(fc.nat(), { maxLength: 4 }) }), {
      maxLength: 40,
    })
    .map((rows) => {
      const nodes: GraphNode[] = [];
      rows.forEach(({ target, picks }, index) => {
        const dependsOn = index === 0 ? [] : [...new Set(picks.map((pick) => ids(nodes)[pick % index]!))];
        nodes.push({ target, version: `${(index * 7) % 41}.0.0`, dependsOn });
      });
      return nodes;
    });

  it('puts each migration after its dependencies, and loses none', () => {
    fc.assert(
      fc.property(graph, (nodes) => {
        const ordered = ids(orderMigrations(nodes));
        expect([...ordered].sort()).toEqual(ids(nodes).sort());
        const position = new Map(ordered.map((id, index) => [id, index]));
        for (const { target, version, dependsOn } of nodes) {
          for (const id of dependsOn) expect(position.get(id)).toBeLessThan(position.get(`${target}/${version}`)!);
        }
      }),
    );
  });

  it('does not depend on the order given', () => {
    const shuffled = graph.chain((nodes) =>
      fc.tuple(fc.constant(nodes), fc.shuffledSubarray(nodes, { minLength: nodes.length, maxLength: nodes.length })),
    );
    fc.assert(
      fc.property(shuffled, ([nodes, other]) => {
        expect(ids(orderMigrations(other))).toEqual(ids(orderMigrations(nodes)));
      }),
    );
  });

  it('finds a cycle in any graph to which a cycle was added', () => {
    fc.assert(
      fc.property(
        graph.filter((nodes) => nodes.length > 0),
        fc.nat(),
        (nodes, pick) => {
          const at = pick % nodes.length;
          const last = { target: 'z', version: '1.0.0', dependsOn: [ids(nodes)[at]!] };
          const closed = nodes.map((entry, index) =>
            index === at ? { ...entry, dependsOn: [...entry.dependsOn, 'z/1.0.0'] } : entry,
          );
          const [error] = findGraphErrors([...closed, last]);
          const path = error!.payload['path'] as string[];
          expect(error!.code).toBe('DEPENDENCY_CYCLE');
          expect(path[0]).toBe(path.at(-1));
          const dependsOn = new Map(
            [...closed, last].map((entry) => [`${entry.target}/${entry.version}`, entry.dependsOn]),
          );
          for (const [index, id] of path.slice(1).entries()) expect(dependsOn.get(path[index]!)).toContain(id);
        },
      ),
    );
  });

  it.each(['chain', 'independent', 'wide'])('orders 10,000 migrations: %s', (shape) => {
    const nodes = Array.from({ length: 10_000 }, (_, index): GraphNode => {
      const dependsOn = { chain: [`t/0.${index - 1}.0`], independent: [], wide: ['t/0.0.0'] }[shape]!;
      return { target: 't', version: `0.${index}.0`, dependsOn: index === 0 ? [] : dependsOn };
    }).reverse();
    expect(orderMigrations(nodes)[9_999]).toMatchObject({ version: '0.9999.0' });
  });
});

describe('findGraphErrors', () => {
  it('names both files of a duplicate version', () => {
    const nodes = ['one', 'two'].map((file) => ({ ...node('a/1.0.0'), file }));
    const [error] = findGraphErrors(nodes, ({ file }) => ({ file, line: 1, column: 1 }));
    expect(error).toMatchObject({
      code: 'DUPLICATE_VERSION',
      message: 'a/1.0.0 exists twice: one and two.',
      location: { file: 'two' },
    });
    expect(error!.payload).toEqual({ id: 'a/1.0.0', files: ['one', 'two'] });
  });

  it('suggests names similar to an unknown dependency, and says where it is written', () => {
    const nodes = ['users/1.0.0', 'users/1.1.0 > users/1.0.1', 'users/1.2.0 > nowhere/9.9.9'].map(node);
    const errors = findGraphErrors(nodes, (_, dependency) => ({ file: dependency ?? 'none' }));
    expect(errors).toMatchObject([
      { code: 'UNKNOWN_DEPENDENCY', hint: expect.stringContaining('users/1.0.0'), location: { file: 'users/1.0.1' } },
      { code: 'UNKNOWN_DEPENDENCY', hint: expect.stringContaining('Add that migration') },
    ]);
  });

  it('never suggests the migration itself', () => {
    const node = { target: 'users', version: '1.2.0', dependsOn: ['users/1.2.1'] };

    expect(findGraphErrors([node])[0]?.hint).toContain('Add that migration');
  });

  it('prints the path of a cycle, without the migrations that only depend on it', () => {
    const nodes = ['a/0.1.0 > a/1.0.0', 'a/1.0.0 > b/1.0.0', 'b/1.0.0 > a/1.1.0', 'a/1.1.0 > a/1.0.0'].map(node);
    expect(findGraphErrors(nodes)).toMatchObject([
      { code: 'DEPENDENCY_CYCLE', message: expect.stringContaining('a/1.0.0 -> b/1.0.0 -> a/1.1.0 -> a/1.0.0.') },
    ]);
    expect(findGraphErrors([node('a/1.0.0 > a/1.0.0')])[0]!.payload).toEqual({ path: ['a/1.0.0', 'a/1.0.0'] });
  });
});

describe('heads', () => {
  it('are the migrations that no other migration of the same target depends on', () => {
    const nodes = ['a/1.0.0', 'a/1.1.0 > a/1.0.0', 'a/1.2.0 > a/1.0.0', 'b/1.0.0 > a/1.1.0', 'b/2.0.0 > b/1.0.0'].map(
      node,
    );
    expect(ids(heads(nodes))).toEqual(['a/1.1.0', 'a/1.2.0', 'b/2.0.0']);
    expect(heads([])).toEqual([]);
  });
});
