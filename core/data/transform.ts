import type { DataFunctions, Transform } from '../ports/data-functions';
import type { Item, ItemTable } from '../ports/items';
import { areEqual, seen } from './values';

/** What a transform must not do, in words for people. Unlike what a transform throws, they hold no data. */
export class TransformRefused extends Error {
  override readonly name = 'TransformRefused';
}

/** What a transform made of an item, and the attributes that it looked at. */
export interface Transformed {
  readonly result: Item | null | readonly Item[];
  readonly read: readonly string[];
}

/** Which of a migration's functions it is, for messages. */
export type TransformName = 'transform' | 'undo';

/**
 * Applies a transform to an item in place. What it gives must be what it gives for its own result: then an item may be met
 * twice, after a crash or in the second sweep.
 * @throws TransformRefused, and what the transform throws
 */
export function transformInPlace(
  transform: Transform,
  item: Item,
  table: Pick<ItemTable, 'replaced'>,
  name: TransformName = 'transform',
): Transformed {
  const made = watched(transform, item, name);
  if (made.result === null) return made;
  if (isList(made.result)) {
    const but = name === 'transform' ? ', which only a migration with a destination may' : '';
    throw new TransformRefused(`${name} returned a list${but}; it must return an item, or null to delete it.`);
  }
  const result = table.replaced(item, made.result);
  const again = apply(transform, result, name);
  if (again !== null && !isList(again) && areEqual(table.replaced(result, again), result)) return { ...made, result };
  throw new TransformRefused(
    `${name}(${name}(item)) is not ${name}(item): it must leave an item alone that it has already transformed.`,
  );
}

/**
 * Applies a transform to an item of which something is made elsewhere.
 * @throws TransformRefused, and what the transform throws
 */
export function transformToDestination(transform: Transform, item: Item): readonly Item[] {
  const made = listOf(apply(transform, item, 'transform'));
  if (areEqual(listOf(apply(transform, item, 'transform')), made)) return made;
  throw new TransformRefused('transform gave two results for one item: it must depend on nothing but the item.');
}

/**
 * What two items with one key are together. Both are given as copies: what the function changes of them is not in the table.
 * @throws TransformRefused, and what the function throws
 */
export function combineItems(combine: NonNullable<DataFunctions['combine']>, existing: Item, incoming: Item): Item {
  const together: unknown = combine(clone(existing) as Item, clone(incoming) as Item);
  if (isItem(together)) return together;
  throw new TransformRefused(`combine returned ${seen(together)}; it must return an item.`);
}

function apply(transform: Transform, item: Item, name: TransformName): Transformed['result'] {
  const result: unknown = transform(clone(item) as Item);
  check(result, name);
  return result;
}

/** The same, and what the transform looked at. It takes longer. */
function watched(transform: Transform, item: Item, name: TransformName): Transformed {
  const copy = clone(item) as Record<string, unknown>;
  const read = new Set<string>();
  const proxy = new Proxy(copy, watch(read));
  const returned = withoutClone(() => transform(proxy), name);
  const result = returned === proxy ? copy : returned;
  check(result, name);
  return { result, read: [...read] };
}

function withoutClone(transform: () => unknown, name: TransformName): unknown {
  try {
    return transform();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'DataCloneError') throw error;
    throw new TransformRefused(
      `${name} called structuredClone with the item, which is a copy already: it may be changed and returned.`,
    );
  }
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

function check(result: unknown, name: TransformName): asserts result is Transformed['result'] {
  if (result === null) return;
  for (const one of isList(result) ? result : [result]) {
    if (isItem(one)) continue;
    const expected =
      name === 'transform' ? 'an item, a list of items, or null to delete it' : 'an item, or null to delete it';
    throw new TransformRefused(
      `${name} returned ${seen(result instanceof Promise ? result : one)}; it must return ${expected}.`,
    );
  }
}

/** Also an object of a class, whose attributes count. */
function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !isList(value) && !isOther(value);
}

/** What has no attributes. */
function isOther(value: object): boolean {
  return (
    value instanceof Promise ||
    value instanceof Map ||
    value instanceof Set ||
    value instanceof Date ||
    ArrayBuffer.isView(value)
  );
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
  if (value instanceof Set) return new Set([...value].map(clone));
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const copy: Record<string, unknown> = { ...value };
  for (const name of Object.keys(copy)) if (typeof copy[name] === 'object') copy[name] = clone(copy[name]);
  return copy;
}
