/**
 * The databases behind the Data API, by an engine of their kind: PGlite in a worker or a PostgreSQL server by URL, and a MySQL or
 * MariaDB server by URL. `Result` and `Parameter` are what a kind of database has of these.
 */
export interface SqlEngine<Result = SqlResult, Parameter = SqlParameter> {
  /**
   * Opens a session, making the database when there is none yet. Waits while all sessions are taken, and gives up with
   * the signal's reason. Which session waits for which is the engine's business: PGlite has a single one.
   */
  open(database: string, signal: AbortSignal): Promise<SqlSession<Result, Parameter>>;
  /** Dropping what is already gone succeeds. Open sessions on it end. */
  drop(database: string): Promise<void>;
  close(): Promise<void>;
}

export interface SqlSession<Result = SqlResult, Parameter = SqlParameter> {
  /** Runs one statement. Rejects with the driver's own error for what the database refused. */
  query(sql: string, parameters?: readonly Parameter[]): Promise<Result>;
  /** Stops the running statement: its query rejects. PGlite loses the whole session with it. */
  cancel(): Promise<void>;
  /** True between BEGIN and COMMIT or ROLLBACK. */
  inTransaction(): boolean;
  /** Ends an open transaction, forgets all session state and gives the session back. Never rejects. */
  release(): Promise<void>;
}

/** The type is declared to PostgreSQL as the Data API does, so a string is `text` and does not turn into a `uuid`. */
export interface SqlParameter {
  /** 0 leaves the type to PostgreSQL. */
  readonly typeOid: number;
  /** In PostgreSQL's text format. */
  readonly value: string | null;
}

export interface SqlResult {
  /** First word of the command tag, for example `SELECT`. */
  readonly command: string;
  readonly rowCount: number;
  readonly columns: readonly SqlColumn[];
  /** Values in PostgreSQL's text format. */
  readonly rows: readonly (readonly (string | null)[])[];
}

export interface SqlColumn {
  readonly name: string;
  /** 0 when the column is computed. */
  readonly tableOid: number;
  readonly columnNumber: number;
  readonly typeOid: number;
  readonly typeModifier: number;
}
