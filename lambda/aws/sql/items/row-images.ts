import type { BeforeImage } from '../../../../core/ports';
import { pick, type RowChange } from './row-change';
import type { TableShape, Texts } from './table-shape';

/** What takes a change back: what the columns were that it changes, and what it made of them. */
type Image =
  | { readonly change: 'update'; readonly key: Texts; readonly old: Texts; readonly made: Texts }
  | { readonly change: 'insert'; readonly key: Texts; readonly made: Texts }
  | { readonly change: 'delete'; readonly key: Texts; readonly old: Texts };

export function imageOf(
  { change, key, sets }: RowChange,
  was: Texts | undefined,
  { columns }: TableShape,
): BeforeImage {
  if (change === 'delete') return { change, key, old: was };
  if (change === 'update') return { change, key, old: pick(was!, Object.keys(sets)), made: sets };
  // What a new row was not given and has no default is NULL: whoever changes that has made the row his own.
  const empty = columns.filter(({ name, hasDefault, made }) => !(name in sets) && !hasDefault && !made);
  return { change: 'insert', key, made: { ...Object.fromEntries(empty.map(({ name }) => [name, null])), ...sets } };
}

export function keyOfImage(image: BeforeImage): Texts {
  return (image as unknown as Image).key;
}

/** The change that takes it back, where the row still is as the change made it. */
export function restoration(image: BeforeImage, { columns }: TableShape): RowChange {
  const it = image as unknown as Image;
  const { key } = it;
  if (it.change === 'insert') return { change: 'delete', key, sets: {}, when: without(it.made, key) };
  if (it.change === 'update') return { change: 'update', key, sets: it.old, when: it.made };
  const written = columns.filter(({ made }) => made !== 'generated').map(({ name }) => name);
  return { change: 'insert', key, sets: pick(it.old, written), when: {} };
}

/** What a row has that is as before the change; undefined when that is no row. */
export function before(image: BeforeImage, { columns }: TableShape): Texts | undefined {
  const it = image as unknown as Image;
  if (it.change === 'insert') return undefined;
  const compared = columns.filter(({ name, made }) => name in it.old && made !== 'generated').map(({ name }) => name);
  return without(pick(it.old, compared), it.key);
}

function without(texts: Texts, key: Texts): Texts {
  return pick(
    texts,
    Object.keys(texts).filter((name) => !(name in key)),
  );
}
