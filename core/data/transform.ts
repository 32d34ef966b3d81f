import type { Transform } from '../ports/data-functions';
import type { Item, ItemTable } from '../ports/items';
import { areEqual } from './values';

/** What a transform must not do, in words for people. Unlike what a transform throws, they hold no data. */
export class TransformRefused extends Error {
  override readonly name = 'TransformRefused';
}

/** What a transform made of an item, and the attributes that it looked at. */
export interface Transformed {
  readonly result: Item | null | readonly Item[];
  readonly read: readonly string[];
}

/**
 * Applies a transform to an item in place. What it gives must be what it gives for its own result: then an item may be met
 * twice, after a crash or in the second sweep.
 * @throws TransformRefused, and what the transform throws
 */
export function transformInPlace(transform: Transform, item: Item, table: Pick<ItemTable, 'replaced'>): Transformed {
  const made = watched(transform, item);
  if (made.result === null) return made;
  if (isList(made.result)) {
    throw new TransformRefused('transform returned a list, which only a migration with a destination may.');
  }
  const result = table.replaced(item, made.result);
  const again = apply(transform, result);
  if (again !== null && !isList(again) && areEqual(table.replaced(result, again), result)) return { ...made, result };
  throw new TransformRefused(
    'transform(transform(item)) is not transform(item): it must leave an item alone that it has already transformed.',
  );
}

/**
 * Applies a transform to an item of which something is made elsewhere.
 * @throws TransformRefused, and what the transform throws
 */
export function transformToDestination(transform: Transform, item: Item): readonly Item[] {
  const made = listOf(apply(transform, item));
  if (areEqual(listOf(apply(transform, item)), made)) return made;
  throw new TransformRefused('transform gave two results for one item: it must depend on nothing but the item.');
}

function apply(transform: Transform, item: Item): Transformed['result'] {
  const result: unknown = transform(clone(item) as Item);
  check(result);
  return result;
}

/** The same, and what the transform looked at. It takes longer. */
function watched(transform: Transform, item: Item): Transformed {
  const copy = clone(item) as Record<string, unknown>;
  const read = new Set<string>();
  const proxy = new Proxy(copy, watch(read));
  const returned: unknown = transform(proxy);
  const result = returned === proxy ? copy : returned;
  check(result);
  return { result, read: [...read] };
}

/** Notes what is looked at. Whoever asks for all names, as a spread does, has looked at all. */
function watch(read: Set<string>): ProxyHandler<Record<string, unknown>> {
  const note = (name: string | symbol) => {
    if (typeof name === 'string') read.add(name);
  };
  return {
    get: (target, name) => {
      note(name);
      return Reflect.get(target, name);
    },
    has: (target, name) => {
      note(name);
      return Reflect.has(target, name);
    },
    ownKeys: (target) => {
      Object.keys(target).forEach(note);
      return Reflect.ownKeys(target);
    },
  };
}

function check(result: unknown): asserts result is Transformed['result'] {
  if (result === null) return;
  for (const one of isList(result) ? result : [result]) {
    if (typeof one === 'object' && one !== null && !isList(one) && !(one instanceof Promise)) continue;
    const seen = result instanceof Promise ? 'a promise' : one === undefined ? 'nothing' : `a ${typeof one}`;
    throw new TransformRefused(
      `transform returned ${seen}; it must return an item, a list of items, or null to delete it.`,
    );
  }
}

function listOf(result: Transformed['result']): readonly Item[] {
  if (result === null) return [];
  return isList(result) ? result : [result];
}

function isList(value: unknown): value is readonly Item[] {
  return Array.isArray(value);
}

/** A deep copy of plain values, so that a transform that changes its argument changes nothing else. */
function clone(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clone);
  if (value instanceof Set) return new Set(value);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const copy: Record<string, unknown> = { ...value };
  for (const name of Object.keys(copy)) if (typeof copy[name] === 'object') copy[name] = clone(copy[name]);
  return copy;
}
