import type { FieldPacket, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { SqlSession } from '../engine/sql-engine';
import { type MysqlColumn, type MysqlResult, NO_RESULT } from './result';

/** Settings every session starts with and returns to. */
export const SESSION_SETTINGS = "SET NAMES utf8mb4, time_zone = '+00:00', autocommit = 1";

export interface SessionOwner {
  cancel(): Promise<void>;
  /** @param wipe resolves to false when the session could not be wiped clean, and must not be used again */
  release(wipe: () => Promise<boolean>): void;
}

/** A session over mysql2. Values stay as the server sent them: the Data API's types are made of them elsewhere. */
export class MysqlSession implements SqlSession<MysqlResult, never> {
  #began = false;
  #released = false;

  constructor(
    private readonly connection: PoolConnection,
    private readonly owner: SessionOwner,
  ) {}

  async query(sql: string): Promise<MysqlResult> {
    // DDL commits implicitly (aws-facts RDS-16): what follows it in a Data API transaction belongs to that transaction again.
    if (sql === 'BEGIN') {
      await this.connection.query('SET autocommit = 0');
      this.#began = true;
      return NO_RESULT;
    }
    const [result, fields] = await this.connection.query<RowDataPacket[] | ResultSetHeader>({
      sql,
      rowsAsArray: true,
      typeCast: (field) => field.buffer(),
    });
    return toResult(result, fields);
  }

  cancel(): Promise<void> {
    return this.owner.cancel();
  }

  inTransaction(): boolean {
    return this.#began;
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    const ended = !this.#began || (await succeeds(() => this.connection.query('ROLLBACK')));
    // Session state must not leak into the next call: the Data API promises no session outside a transaction.
    this.owner.release(
      async () =>
        ended &&
        (await succeeds(() => this.connection.reset())) &&
        succeeds(() => this.connection.query(SESSION_SETTINGS)),
    );
  }
}

async function succeeds(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch {
    return false;
  }
}

type Answer = RowDataPacket[] | RowDataPacket[][] | ResultSetHeader | (RowDataPacket[] | ResultSetHeader)[];

/** A procedure returns several results; the first one is what the Data API can answer. */
function toResult(answer: Answer, fields: FieldPacket[] | FieldPacket[][]): MysqlResult {
  if (!Array.isArray(answer)) return changeOf(answer);
  if (!Array.isArray(fields[0])) return rowsOf(answer, fields as FieldPacket[]);
  return rowsOf(answer[0] as RowDataPacket[], fields[0]);
}

function rowsOf(rows: readonly unknown[], fields: readonly FieldPacket[]): MysqlResult {
  return { ...NO_RESULT, columns: fields.map(columnOf), rows: rows as MysqlResult['rows'] };
}

function changeOf({ affectedRows, insertId }: ResultSetHeader): MysqlResult {
  return { ...NO_RESULT, changed: affectedRows, insertId: BigInt(insertId) };
}

function columnOf(field: FieldPacket): MysqlColumn {
  const { name, orgTable = '', columnType = 0, columnLength = 0, decimals = 0, characterSet = 0 } = field;
  // Declared as one of two types, and always a number.
  const flags = Number(field.flags);
  return { name, table: orgTable, type: columnType, flags, length: columnLength, decimals, characterSet };
}
