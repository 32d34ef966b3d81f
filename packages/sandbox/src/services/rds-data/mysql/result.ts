/** What a statement of MySQL returned. */
export interface MysqlResult {
  /** A statement without a result set has none. */
  readonly columns: readonly MysqlColumn[];
  readonly rows: readonly (readonly (Buffer | null)[])[];
  /** Rows that the statement changed. */
  readonly changed: number;
  /** The first AUTO_INCREMENT value of an INSERT; 0 when there was none. */
  readonly insertId: bigint;
}

export interface MysqlColumn {
  readonly name: string;
  /** Empty when the column is computed. */
  readonly table: string;
  /** Of the protocol: 3 is INT. */
  readonly type: number;
  readonly flags: number;
  /** Bytes that a value takes at most, as it is written. */
  readonly length: number;
  readonly decimals: number;
  /** 63 is binary. */
  readonly characterSet: number;
}

export const NO_RESULT: MysqlResult = { columns: [], rows: [], changed: 0, insertId: 0n };
