import type { SchemaObject, SchemaSnapshot } from '../ports';

/** How an object of a live schema differs from what the migrations make. */
export interface SchemaDifference {
  readonly kind: string;
  readonly name: string;
  /** `missing`: the migrations make it. `unexpected`: they do not. `changed`: otherwise than it is. */
  readonly difference: 'missing' | 'unexpected' | 'changed';
  /** Its definition by the migrations; undefined when it is unexpected. */
  readonly expected?: string;
  /** Its definition in the live database; undefined when it is missing. */
  readonly actual?: string;
}

/** Ordered by kind and name. */
export function differencesBetween(expected: SchemaSnapshot, actual: SchemaSnapshot): readonly SchemaDifference[] {
  const found = byKey(actual);
  const wanted = byKey(expected);
  const changes = expected.objects.flatMap((object): readonly SchemaDifference[] => {
    const live = found.get(keyOf(object));
    if (live?.definition === object.definition) return [];
    const { kind, name, definition } = object;
    return live
      ? [{ kind, name, difference: 'changed', expected: definition, actual: live.definition }]
      : [{ kind, name, difference: 'missing', expected: definition }];
  });
  const unexpected = actual.objects
    .filter((object) => !wanted.has(keyOf(object)))
    .map(({ kind, name, definition }): SchemaDifference => {
      return { kind, name, difference: 'unexpected', actual: definition };
    });
  return [...changes, ...unexpected].sort((a, b) => compareTexts(keyOf(a), keyOf(b)));
}

function byKey({ objects }: SchemaSnapshot): ReadonlyMap<string, SchemaObject> {
  return new Map(objects.map((object) => [keyOf(object), object]));
}

function keyOf({ kind, name }: Pick<SchemaObject, 'kind' | 'name'>): string {
  return `${kind}\n${name}`;
}

/** The same on every machine, whatever its language. */
function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
