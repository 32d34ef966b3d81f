import { hasCode } from '../../../../core/errors/index';
import type { SqlConnection } from '../../../../core/ports';
import { isAnswerLost, isPassing, patiently } from '../../retry';
import { saysContended, saysLocked, saysMissing } from '../mysql/errors';
import { segmentFence } from '../mysql-protocol';
import { fenced, isLostTransaction } from '../sections';
import type { ItemDialect } from './item-dialect';
import { referencesOfTable, shapeOf } from './mysql-catalogue';
import { isReferenced, readReferences } from './references';
import { type ChangeGroup, columnsOf, type RowChange, rowsJson } from './row-change';
import type { FenceStatements, SegmentFence } from './segment-fence';
import type { Column, TableShape } from './table-shape';

export const mysqlFence: FenceStatements = {
  table: segmentFence,
  create: [
    `CREATE TABLE IF NOT EXISTS ${segmentFence} (scope varchar(500) NOT NULL, step char(32) NOT NULL, number int NOT NULL,
       deployment varchar(100) NOT NULL, token bigint NOT NULL, PRIMARY KEY (scope, step, number))
       ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  ],
  raise: `INSERT INTO ${segmentFence} (scope, step, number, deployment, token) VALUES (:scope, :step, :number, :deployment, :token)
    ON DUPLICATE KEY UPDATE token = GREATEST(token, VALUES(token))`,
  isMissing: (error) => hasCode(error, 'STATEMENT_FAILED') && saysMissing(error.payload),
};

/** A value that does not fit is an error also where the server would cut it. MariaDB takes it for a comment, and is strict. */
const strictly = "/*+ SET_VAR(sql_mode = 'STRICT_ALL_TABLES') */";

/** Numbers of errors that are of one row: NULL, duplicates, what does not fit, constraints, and what triggers signal. */
const ofRow: readonly number[] = [
  ...[1048, 1062, 1264, 1265, 1292, 1364, 1366, 1367, 1406, 1451, 1452, 1586, 1644, 1977, 3140, 3819, 4025],
];

const quote = (name: string) => `\`${name.replaceAll('`', '``')}\``;

function toText({ kind, type, scale, declared }: Column, expression: string): string {
  if (kind === 'bytes') return `HEX(${expression})`;
  if (kind === 'float') return `CAST(${expression} + 0e0 AS CHAR)`;
  // Without zeros that only fill it up.
  const isFilled = declared.includes('zerofill') || type === 'year';
  if (isFilled && kind === 'decimal') return `CAST(CAST(${expression} AS DECIMAL(65, ${scale})) AS CHAR)`;
  return `CAST(${isFilled || type === 'bit unsigned' ? `CAST(${expression} AS UNSIGNED)` : expression} AS CHAR)`;
}

/** To be compared with the column. */
function fromText({ kind, type, scale, collation, words }: Column, text: string): string {
  if (words) return numberOf(words, inCollation(text, collation!), collation!, type === 'set');
  switch (kind) {
    case 'integer':
    case 'flag':
      return `CAST(${text} AS ${type.endsWith('unsigned') ? 'UNSIGNED' : 'SIGNED'})`;
    case 'decimal':
      return `CAST(${text} AS DECIMAL(65, ${scale}))`;
    case 'float':
      return `(${text} + 0e0)`;
    case 'bytes':
      return `UNHEX(${text})`;
    case 'timestamp':
      return `CAST(${text} AS DATETIME(6))`;
    case 'other':
      return `CAST(${text} AS ${type === 'time' ? 'TIME(6)' : 'DATE'})`;
    case 'json':
      return text;
    default:
      return inCollation(text, collation!);
  }
}

/** Words of a list are in its order, and compared as their number where the other side is one. */
function numberOf(words: readonly string[], text: string, collation: string, isSet: boolean): string {
  const literals = words.map((word) => inCollation(literal(word), collation));
  if (!isSet) return `FIELD(${text}, ${literals.join(', ')})`;
  return `(${literals.map((word, bit) => `((FIND_IN_SET(${word}, ${text}) > 0) << ${bit})`).join(' | ')})`;
}

/** Of the column, so that its index is used. */
function inCollation(text: string, collation: string): string {
  return `CONVERT(${text} USING ${collation.split('_')[0]}) COLLATE ${collation}`;
}

/** To be written: the database refuses a text that the column cannot hold, and a conversion would put question marks there. */
function writtenText(column: Column, text: string): string {
  return textKinds.includes(column.kind) ? text : fromText(column, text);
}

const textKinds: readonly string[] = ['text', 'padded-text'];

/** Whatever the mode of the session says of backslashes. */
function literal(text: string): string {
  return `CONVERT(X'${Buffer.from(text).toString('hex')}' USING utf8mb4)`;
}

/** Byte by byte: a collation may take different texts for equal, also those that differ by spaces at their end. */
function isSame(column: Column, expression: string, text: string): string {
  const bytes = (value: string) => `CAST(CONVERT(${value} USING utf8mb4) AS BINARY)`;
  switch (column.kind) {
    case 'bytes':
      return `${expression} <=> UNHEX(${text})`;
    case 'float':
      return `(${expression} + 0e0) <=> (${text} + 0e0)`;
    case 'json':
      return `${bytes(`JSON_EXTRACT(${expression}, '$')`)} <=> ${bytes(`JSON_EXTRACT(${text}, '$')`)}`;
    default:
      return `${bytes(toText(column, expression))} <=> ${bytes(text)}`;
  }
}

const rows = (names: readonly string[]) =>
  `JSON_TABLE(:rows, '$[*]' COLUMNS (${["n INT PATH '$.n'", ...names.map((name) => `${name} LONGTEXT PATH '$.${name}'`)].join(', ')})) AS v`;

/** Written out, since the optimizer does not use an index for a comparison of rows. */
function compared(
  operator: '>' | '<',
  last: '>' | '<=',
  columns: readonly string[],
  values: readonly string[],
): string {
  const [column, ...columnsLeft] = columns as [string, ...string[]];
  const [value, ...valuesLeft] = values as [string, ...string[]];
  if (columnsLeft.length === 0) return `${column} ${last} ${value}`;
  const rest = compared(operator, last, columnsLeft, valuesLeft);
  return `${column} ${operator}= ${value} AND (${column} ${operator} ${value} OR (${rest}))`;
}

export const mysqlItems: ItemDialect = {
  ...{ quote, toText, fromText, isSame, rows },
  isAfter: (columns, values) => compared('>', '>', columns, values),
  isUpTo: (columns, values) => compared('<', '<=', columns, values),

  shapeOf: (connection, name) => shapeOf(connection, name, quote),
  references: (connection, { quoted }) => readReferences(connection, referencesOfTable, { name: quoted }),

  async guess(connection, { quoted }) {
    const { rows: found } = await connection.execute(
      "SELECT t.table_rows AS guess FROM information_schema.tables t WHERE CONCAT('`', REPLACE(t.table_schema, '`', '``'), '`.`', REPLACE(t.table_name, '`', '``'), '`') = :name",
      { name: quoted },
    );
    const guess = Number(found[0]?.['guess'] ?? Number.NaN);
    return Number.isFinite(guess) ? guess : undefined;
  },

  // What it keeps of a column's values is not there unless somebody asked for it.
  bounds: async () => undefined,

  /** MySQL does not say which rows it wrote: they are locked first, with the fence, in one transaction. */
  write: (api, table, group, fence) =>
    patiently(
      () =>
        api.transaction(async (connection) => {
          if (fence) await lockFence(connection, fence);
          return writeIn(connection, table, group);
        }),
      (error) => isPassing(error) || isAnswerLost(error) || isLostTransaction(error),
    ),

  isOfRow: (error) => hasCode(error, 'STATEMENT_FAILED') && ofRow.includes(Number(error.payload.errorNumber)),
  isContended: (error) =>
    hasCode(error, 'STATEMENT_FAILED') && (saysContended(error.payload) || saysLocked(error.payload)),
};

async function lockFence(connection: SqlConnection, { scope, step, number, token }: SegmentFence): Promise<void> {
  const { rows: found } = await connection.execute(
    `SELECT token FROM ${segmentFence} WHERE scope = :scope AND step = :step AND number = :number FOR UPDATE`,
    { scope, step, number },
  );
  if (Number(found[0]?.['token']) !== token) throw fenced(token);
}

async function writeIn(connection: SqlConnection, table: TableShape, group: ChangeGroup): Promise<ReadonlySet<number>> {
  const statements = new Statements(table, group);
  const given = (changes: readonly RowChange[]) => ({ rows: statements.rowsOf(changes) });
  const { rows: found } = await connection.execute(statements.lock(), given(group.changes));
  const there = new Set(found.map(({ n }) => Number(n)));
  const isThere = group.changes.filter((_, n) => there.has(n));
  const isMissing = group.changes.filter((_, n) => !there.has(n));
  const isInsert = group.change === 'insert' || group.change === 'put';
  if (isInsert && isMissing.length > 0) await connection.execute(statements.insert(), given(isMissing));
  if (group.change !== 'insert' && isThere.length > 0) {
    await connection.execute(group.change === 'delete' ? statements.remove() : statements.update(), given(isThere));
  }
  const written = group.change === 'insert' ? isMissing : group.change === 'put' ? group.changes : isThere;
  return new Set(written.map((change) => group.changes.indexOf(change)));
}

/** The statements for a group of changes. */
class Statements {
  private readonly columns: ReadonlyMap<string, Column>;
  private readonly keys: readonly (readonly [name: string, as: string])[];
  private readonly sets: readonly (readonly [name: string, as: string])[];
  private readonly when: readonly (readonly [name: string, as: string])[];

  constructor(
    private readonly table: TableShape,
    private readonly group: ChangeGroup,
  ) {
    this.columns = new Map(table.columns.map((column) => [column.name, column]));
    this.keys = columnsOf(
      table.key.map(({ name }) => name),
      'k',
    );
    this.sets = columnsOf(group.sets, 's');
    this.when = columnsOf(group.when, 'w');
  }

  rowsOf(changes: readonly RowChange[]): string {
    return rowsJson(
      changes,
      this.group,
      this.table.key.map(({ name }) => name),
    );
  }

  /** What is there as it was read. Rows that others have locked are left out; of new ones, only a look tells. */
  lock(): string {
    const isInsert = this.group.change === 'insert' || this.group.change === 'put';
    const asRead = this.when.map(
      ([name, as]) => ` AND ${isSame(this.columns.get(name)!, `t.${quote(name)}`, `v.${as}`)}`,
    );
    const isAlone = (this.table.references ?? []).map((one) => ` AND NOT ${isReferenced(one, quote)}`);
    const asAsked = this.group.change === 'delete' ? [...asRead, ...isAlone] : asRead;
    const inOrder = `ORDER BY ${this.keys.map(([name]) => `t.${quote(name)}`).join(', ')} FOR UPDATE SKIP LOCKED`;
    return `SELECT v.n AS n FROM ${this.joined()}${asAsked.join('')} ${isInsert ? '' : inOrder}`;
  }

  insert(): string {
    const values = this.sets.map(([name, as]) => writtenText(this.columns.get(name)!, `v.${as}`));
    return `INSERT ${strictly} INTO ${this.table.quoted} (${this.sets.map(([name]) => quote(name)).join(', ')})
      SELECT ${values.join(', ')} FROM ${this.rows()} ORDER BY v.n`;
  }

  /** A column that follows every update would be another one when the update is taken back. */
  update(): string {
    const isSet = new Set(this.group.sets);
    const isPut = this.group.change === 'put';
    const others = this.table.columns.filter(({ name, made }) => !isSet.has(name) && !made);
    const sets = [
      ...this.sets.map(([name, as]) => `t.${quote(name)} = ${writtenText(this.columns.get(name)!, `v.${as}`)}`),
      ...others.flatMap(({ name, followsUpdates }) => {
        if (isPut) return [`t.${quote(name)} = DEFAULT(t.${quote(name)})`];
        return followsUpdates ? [`t.${quote(name)} = t.${quote(name)}`] : [];
      }),
    ];
    return `UPDATE ${strictly} ${this.joined()} SET ${sets.join(', ')}`;
  }

  remove(): string {
    return `DELETE t FROM ${this.joined()}`;
  }

  /** By the key of each row: what is passed by on a way through the table would be locked, too. */
  private joined(): string {
    const isRow = this.keys.map(([name, as]) => `t.${quote(name)} = ${fromText(this.columns.get(name)!, `v.${as}`)}`);
    return `${this.rows()} STRAIGHT_JOIN ${this.table.quoted} t FORCE INDEX (PRIMARY) ON ${isRow.join(' AND ')}`;
  }

  private rows(): string {
    return rows([...this.keys, ...this.sets, ...this.when].map(([, as]) => as));
  }
}
