import type { ClientBase, CustomTypesConfig, FieldDef, QueryArrayConfig } from 'pg';
import type { SqlParameter, SqlResult, SqlSession } from './sql-engine';

/** Settings every session starts with and returns to: the Data API answers times in UTC and dates in ISO form. */
export const SESSION_OPTIONS = '-c timezone=UTC -c datestyle=ISO,YMD -c intervalstyle=postgres -c bytea_output=hex';

export interface SessionOwner {
  cancel(): Promise<void>;
  /** @param wipe resolves to false when the session could not be wiped clean, and must not be used again */
  release(wipe: () => Promise<boolean>): Promise<void>;
}

/** A session over node-postgres, which speaks to both engines: PGlite understands the same wire protocol. */
export class ClientSession implements SqlSession {
  readonly #client: ClientBase;
  readonly #owner: SessionOwner;
  #released = false;

  constructor(client: ClientBase, owner: SessionOwner) {
    this.#client = client;
    this.#owner = owner;
  }

  async query(sql: string, parameters: readonly SqlParameter[] = []): Promise<SqlResult> {
    // The extended protocol takes one statement only, so PostgreSQL itself refuses several (SQLSTATE 42601).
    const query: QueryArrayConfig & { queryMode: 'extended' } = {
      text: sql,
      values: parameters.map((parameter) => parameter.value),
      rowMode: 'array',
      types: declaredTypes(parameters),
      queryMode: 'extended',
    };
    const result = await this.#client.query<(string | null)[]>(query);
    return {
      command: result.command ?? '',
      rowCount: result.rowCount ?? 0,
      columns: result.fields.map(column),
      rows: result.rows,
    };
  }

  cancel(): Promise<void> {
    return this.#owner.cancel();
  }

  inTransaction(): boolean {
    return this.#client.getTransactionStatus() !== 'I';
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    // Other sessions may wait for the locks of an open transaction.
    const ended = !this.inTransaction() || (await this.#succeeds('ROLLBACK'));
    // Session state must not leak into the next call: the Data API promises no session outside a transaction.
    await this.#owner.release(async () => ended && this.#succeeds('DISCARD ALL'));
  }

  /** False when the connection broke, for example: the owner then throws the session away. */
  async #succeeds(statement: string): Promise<boolean> {
    try {
      await this.#client.query(statement);
      return true;
    } catch {
      return false;
    }
  }
}

/**
 * node-postgres passes `types` both to its parser of results, as `getTypeParser`, and to the Parse message, as the list
 * of declared parameter types. Values stay in text form: this service maps them to Data API fields itself.
 */
function declaredTypes(parameters: readonly SqlParameter[]): CustomTypesConfig {
  const oids = parameters.map((parameter) => parameter.typeOid);
  return Object.assign(oids, { getTypeParser: () => (value: string) => value }) as unknown as CustomTypesConfig;
}

function column(field: FieldDef) {
  return {
    name: field.name,
    tableOid: field.tableID,
    columnNumber: field.columnID,
    typeOid: field.dataTypeID,
    typeModifier: field.dataTypeModifier,
  };
}
