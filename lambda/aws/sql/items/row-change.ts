import { areEqual } from '../../../../core/data/values';
import { MigrationError } from '../../../../core/errors/index';
import type { ItemChange } from '../../../../core/ports';
import type { Rows } from './rows';
import type { Column, Texts } from './table-shape';

/** A change of one row, in texts. */
export interface RowChange {
  readonly change: 'update' | 'delete' | 'insert' | 'put';
  readonly key: Texts;
  /** What is written. */
  readonly sets: Texts;
  /** What the row must have for it. */
  readonly when: Texts;
}

/**
 * Only what differs is written: a column that the transform left alone keeps the value that the database has.
 * @throws DATA_KEY, DATA_VALUE
 */
export function prepare(change: ItemChange, rows: Rows): RowChange {
  if (change.change === 'insert' || change.change === 'put') {
    const { becomes } = change;
    const key = rows.keyOf(becomes);
    const given = Object.keys(becomes).filter((name) => becomes[name] !== undefined);
    refuseMade(given, rows, ({ made }) => made === 'generated');
    return { change: change.change, key, sets: { ...rows.texts(becomes, given), ...key }, when: {} };
  }
  const stored = change.was.stored as Texts;
  const key = pick(
    stored,
    rows.shape.key.map(({ name }) => name),
  );
  if (change.change === 'delete') return { change: 'delete', key, sets: {}, when: conditions(change.read) };
  const { item } = change.was;
  const changed = rows.shape.columns
    .filter(({ name, made }) => !made || change.becomes[name] !== undefined)
    .map(({ name }) => name)
    .filter((name) => !areEqual(item[name], change.becomes[name] ?? null));
  refuseMade(changed, rows, ({ made }) => made !== undefined);
  return {
    change: 'update',
    key,
    sets: rows.texts(change.becomes, changed),
    when: conditions([...change.read, ...changed]),
  };

  /** What the database makes of other columns says no more than those. */
  function conditions(names: readonly string[]): Texts {
    const known = [...new Set(names)].filter((name) => name in stored && !(name in key));
    return pick(
      stored,
      known.filter((name) => rows.column(name).made !== 'generated'),
    );
  }
}

export function pick(texts: Texts, names: readonly string[]): Texts {
  return Object.fromEntries(names.map((name) => [name, texts[name]!]));
}

function refuseMade(names: readonly string[], rows: Rows, isMade: (column: Column) => boolean): void {
  const name = names.find((one) => isMade(rows.column(one)));
  if (name === undefined) return;
  const { name: table } = rows.shape;
  throw new MigrationError(
    'DATA_VALUE',
    `The column "${name}" of ${table} is made by the database, and cannot be written.`,
    {
      payload: { table, attribute: name },
      hint: `Let the transform leave "${name}" as it is; to a destination, leave it out.`,
    },
  );
}

/** Changes that one statement makes: of one kind, with the same columns. */
export interface ChangeGroup extends Pick<RowChange, 'change'> {
  readonly sets: readonly string[];
  readonly when: readonly string[];
  readonly changes: readonly RowChange[];
}

/** Bytes of the rows of one statement: the body of a request has 4 MiB (aws-facts RDS-14), in which their JSON is a text. */
const largestGroup = 1_000_000;

export function groupsOf(changes: readonly RowChange[]): readonly ChangeGroup[] {
  const open = new Map<string, { bytes: number; readonly changes: RowChange[] }>();
  const groups: { readonly changes: RowChange[] }[] = [];
  for (const one of changes) {
    const name = JSON.stringify([one.change, Object.keys(one.sets).sort(), Object.keys(one.when).sort()]);
    const bytes = JSON.stringify([one.key, one.sets, one.when]).length;
    let group = open.get(name);
    if (!group || group.bytes + bytes > largestGroup) {
      group = { bytes: 0, changes: [] };
      open.set(name, group);
      groups.push(group);
    }
    group.bytes += bytes;
    group.changes.push(one);
  }
  return groups.map((group) => {
    const [{ change, sets, when }] = group.changes as [RowChange];
    return { change, sets: Object.keys(sets), when: Object.keys(when), changes: group.changes };
  });
}

/** Names of a statement's columns of texts, by what they are for: short, because every row repeats them. */
export function columnsOf(
  names: readonly string[],
  prefix: 'k' | 's' | 'w',
): readonly (readonly [name: string, as: string])[] {
  return names.map((name, index) => [name, `${prefix}${index}`]);
}

/** The rows of a statement, as JSON. NULL is what is missing. */
export function rowsJson(
  changes: readonly Pick<RowChange, 'key' | 'sets' | 'when'>[],
  group: Pick<ChangeGroup, 'sets' | 'when'>,
  key: readonly string[],
): string {
  const all = [
    ...columnsOf(key, 'k').map(([name, as]) => [as, (one: RowChange) => one.key[name]] as const),
    ...columnsOf(group.sets, 's').map(([name, as]) => [as, (one: RowChange) => one.sets[name]] as const),
    ...columnsOf(group.when, 'w').map(([name, as]) => [as, (one: RowChange) => one.when[name]] as const),
  ];
  return JSON.stringify(
    changes.map((one, n) => ({
      n,
      ...Object.fromEntries(all.map(([as, of]) => [as, of(one as RowChange) ?? undefined])),
    })),
  );
}
