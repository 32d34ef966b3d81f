import { hasCode, MigrationError } from '../../../../core/errors/index';
import type { DataApi } from '../data-api';
import type { ItemDialect } from './item-dialect';
import { isReferenced, type Reference } from './references';
import { columnsOf, groupsOf, type RowChange, rowsJson } from './row-change';
import type { Column, TableShape, Texts } from './table-shape';

/** Rows that are looked up with one statement. */
const mostKeys = 250;

interface FoundRow {
  /** Which of the rows that were asked for. */
  readonly n: number;
  readonly texts: Texts;
}

/** Reads the rows of a table, as texts. */
export class RowReader {
  private readonly list: string;
  /** How many rows fit into an answer, as far as one was too large. */
  private fitting = Number.POSITIVE_INFINITY;

  constructor(
    private readonly api: DataApi,
    private readonly dialect: ItemDialect,
    private readonly shape: TableShape,
  ) {
    const columns = columnsOf(
      shape.columns.map(({ name }) => name),
      's',
    );
    this.list = columns
      .map(([name, as], index) => `${dialect.toText(shape.columns[index]!, `t.${dialect.quote(name)}`)} AS ${as}`)
      .join(', ');
  }

  /** Rows in the order of their keys. A bound may be the beginning of a key. */
  async page(after: readonly string[] | undefined, upTo: readonly string[] | undefined, limit: number) {
    const most = Math.min(limit, this.fitting);
    const conditions = [
      ...(after ? [this.compared('isAfter', after, 'a')] : []),
      ...(upTo ? [this.compared('isUpTo', upTo, 'b')] : []),
    ];
    const found = await this.smaller(most, (rows) =>
      this.read(
        `SELECT ${this.list} FROM ${this.shape.quoted} t ${conditions.length > 0 ? `WHERE ${conditions.map((one) => `(${one})`).join(' AND ')}` : ''}
          ORDER BY ${this.keys().join(', ')} LIMIT ${rows}`,
        { ...named(after, 'a'), ...named(upTo, 'b') },
      ),
    );
    return { found: found.rows.map(({ texts }) => texts), isLast: found.rows.length < found.asked };
  }

  /** In the order of the keys; undefined for those that are not there. */
  async find(keys: readonly Texts[]): Promise<readonly (Texts | undefined)[]> {
    const found: (Texts | undefined)[] = [];
    while (found.length < keys.length) {
      const most = Math.min(mostKeys, this.fitting, keys.length - found.length);
      const { rows, asked } = await this.smaller(most, (count) =>
        this.findSome(keys.slice(found.length, found.length + count)),
      );
      const byNumber = new Map(rows.map(({ n, texts }) => [n, texts]));
      for (let n = 0; n < asked; n += 1) found.push(byNumber.get(n));
    }
    return found;
  }

  private findSome(keys: readonly Texts[]): Promise<readonly FoundRow[]> {
    const names = this.keyNames();
    return this.read(
      `SELECT v.n AS n, ${this.list} FROM ${this.dialect.rows(columnsOf(names, 'k').map(([, as]) => as))}
         JOIN ${this.shape.quoted} t ON ${this.isRow()}`,
      {
        rows: rowsJson(
          keys.map((key) => ({ key, sets: {}, when: {} })),
          { sets: [], when: [] },
          names,
        ),
      },
    );
  }

  /** Whether rows have these columns. Without columns: whether there is no such row. */
  async areSame(
    rows: readonly { readonly key: Texts; readonly columns: Texts | undefined }[],
  ): Promise<readonly boolean[]> {
    const changes = rows.map(({ key, columns }) => ({
      ...{ change: columns ? ('update' as const) : ('insert' as const), key, sets: {}, when: columns ?? {} },
    }));
    const matching = new Set<unknown>();
    for (const group of groupsOf(changes)) {
      const numbers = await this.matching(group.changes, group.when);
      for (const n of numbers) matching.add(group.changes[n]);
    }
    return changes.map((change) => matching.has(change) === (change.change === 'update'));
  }

  /** The numbers of those that are there with what is asked of them, whoever has them locked. */
  async matching(
    changes: readonly { readonly key: Texts; readonly sets: Texts; readonly when: Texts }[],
    when: readonly string[],
  ): Promise<readonly number[]> {
    const names = this.keyNames();
    const conditions = columnsOf(when, 'w');
    const isAsAsked = conditions.map(
      ([name, as]) => ` AND ${this.dialect.isSame(this.column(name), `t.${this.dialect.quote(name)}`, `v.${as}`)}`,
    );
    const { rows } = await this.api.execute(
      `SELECT v.n AS n FROM ${this.dialect.rows([...columnsOf(names, 'k'), ...conditions].map(([, as]) => as))}
         JOIN ${this.shape.quoted} t ON ${this.isRow()}${isAsAsked.join('')}`,
      { rows: rowsJson(changes, { sets: [], when }, names) },
    );
    return rows.map(({ n }) => Number(n));
  }

  /** The numbers of those that other rows refer to so. */
  async referenced(changes: readonly RowChange[], references: readonly Reference[]): Promise<readonly number[]> {
    const names = this.keyNames();
    const group = { sets: [], when: [] };
    const { rows } = await this.api.execute(
      `SELECT v.n AS n FROM ${this.dialect.rows(columnsOf(names, 'k').map(([, as]) => as))} JOIN ${this.shape.quoted} t ON ${this.isRow()}
        WHERE ${references.map((one) => isReferenced(one, this.dialect.quote)).join(' OR ')}`,
      { rows: rowsJson(changes, group, names) },
    );
    return rows.map(({ n }) => Number(n));
  }

  private async read(sql: string, parameters: Readonly<Record<string, unknown>>): Promise<readonly FoundRow[]> {
    const { rows } = await this.api.execute(sql, parameters);
    const columns = columnsOf(
      this.shape.columns.map(({ name }) => name),
      's',
    );
    return rows.map((row) => ({
      n: Number(row['n']),
      texts: Object.fromEntries(columns.map(([name, as]) => [name, row[as] as string | null])),
    }));
  }

  /** Asks for fewer rows when the answer does not fit (aws-facts RDS-7). */
  private async smaller(most: number, read: (rows: number) => Promise<readonly FoundRow[]>) {
    for (let asked = most; ; asked = Math.ceil(asked / 2)) {
      try {
        return { rows: await read(asked), asked };
      } catch (error) {
        if (!isTooLarge(error)) throw error;
        if (asked === 1) throw rowTooLarge(this.shape.name);
        this.fitting = Math.ceil(asked / 2);
      }
    }
  }

  private compared(how: 'isAfter' | 'isUpTo', bound: readonly string[], name: string): string {
    const columns = this.shape.key.slice(0, bound.length);
    const values = columns.map((column, index) => this.dialect.fromText(column, `:${name}${index}`));
    return this.dialect[how](this.keys().slice(0, bound.length), values);
  }

  private isRow(): string {
    return columnsOf(this.keyNames(), 'k')
      .map(([name, as]) => `t.${this.dialect.quote(name)} = ${this.dialect.fromText(this.column(name), `v.${as}`)}`)
      .join(' AND ');
  }

  private keys(): readonly string[] {
    return this.keyNames().map((name) => `t.${this.dialect.quote(name)}`);
  }

  private keyNames(): readonly string[] {
    return this.shape.key.map(({ name }) => name);
  }

  private column(name: string): Column {
    return this.shape.columns.find((column) => column.name === name)!;
  }
}

function named(bound: readonly string[] | undefined, name: string): Readonly<Record<string, string>> {
  return Object.fromEntries((bound ?? []).map((text, index) => [`${name}${index}`, text]));
}

/** How the Data API says it is not documented word by word: of its limits, by size. */
function isTooLarge(error: unknown): boolean {
  return hasCode(error, 'STATEMENT_FAILED') && /size limit|too large|larger than/i.test(error.message);
}

function rowTooLarge(table: string): MigrationError {
  return new MigrationError('DATA_VALUE', `A row of ${table} is larger than the RDS Data API returns.`, {
    payload: { table, attribute: '' },
    hint: 'A row of an answer may have 64 KB. Change such a table in SQL, or with sql().',
  });
}
