import type { BeforeImage } from '../../../core/ports';
import { type Attributes, attributesHash, attributesText } from './attribute-text';
import type { PreparedChange } from './prepared-change';
import { fromJson, type StoredAttributes, toJson } from './stored-json';
import type { TableKeys } from './table-keys';

/**
 * What takes a change back. Of what it made there is only a hash, because items have up to 400 KB: enough to see whether
 * somebody else has written since.
 */
type Image =
  | {
      readonly change: 'update';
      readonly key: StoredAttributes;
      /** What the attributes were that change. */
      readonly old: StoredAttributes;
      /** Those that were missing. */
      readonly added: readonly string[];
      readonly made: string;
    }
  | { readonly change: 'insert'; readonly key: StoredAttributes; readonly made: string }
  | { readonly change: 'delete'; readonly key: StoredAttributes; readonly old: StoredAttributes };

export function imageOf(change: PreparedChange, was: Attributes | undefined): BeforeImage {
  return { ...build(change, was) };
}

function build(change: PreparedChange, was: Attributes = {}): Image {
  const key = toJson(change.key);
  if (change.change === 'delete') return { change: 'delete', key, old: toJson(was) };
  if (change.change !== 'update') return { change: 'insert', key, made: attributesHash(change.item) };
  const names = [...change.sets.map(([name]) => name), ...change.removes];
  const present = names.filter((name) => was[name] !== undefined);
  return {
    change: 'update',
    key,
    old: toJson(Object.fromEntries(present.map((name) => [name, was[name]!]))),
    added: names.filter((name) => was[name] === undefined),
    made: attributesHash(Object.fromEntries(change.sets), names),
  };
}

export function keyOfImage(image: BeforeImage): Attributes {
  return fromJson((image as unknown as Image).key);
}

/** What puts an item back, given what it is now; or why nothing does. */
export function restoration(
  image: BeforeImage,
  now: Attributes | undefined,
  keys: TableKeys,
): PreparedChange | 'already' | 'kept' {
  const it = image as unknown as Image;
  if (it.change === 'insert') return ofInsert(it.made, now, keys);
  const old = fromJson(it.old);
  if (it.change === 'update') return ofUpdate(it, old, now, keys);
  if (now === undefined) return { change: 'insert', key: keys.ofStored(old), item: old };
  return attributesText(now) === attributesText(old) ? 'already' : 'kept';
}

function ofInsert(made: string, now: Attributes | undefined, keys: TableKeys): PreparedChange | 'already' | 'kept' {
  if (now === undefined) return 'already';
  if (attributesHash(now) !== made) return 'kept';
  const conditions = Object.entries(now).filter(([name]) => !keys.has(name));
  return { change: 'delete', key: keys.ofStored(now), conditions };
}

function ofUpdate(
  { added, made }: Extract<Image, { change: 'update' }>,
  old: Attributes,
  now: Attributes | undefined,
  keys: TableKeys,
): PreparedChange | 'already' | 'kept' {
  if (now === undefined) return 'kept';
  const names = [...Object.keys(old), ...added];
  if (attributesText(now, names) === attributesText(old, names)) return 'already';
  if (attributesHash(now, names) !== made) return 'kept';
  return {
    change: 'update',
    key: keys.ofStored(now),
    sets: Object.entries(old),
    removes: added.filter((name) => now[name] !== undefined),
    conditions: names.map((name) => [name, now[name]]),
  };
}
