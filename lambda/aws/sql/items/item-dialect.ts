import type { SqlConnection } from '../../../../core/ports';
import type { DataApi } from '../data-api';
import type { Reference } from './references';
import type { ChangeGroup } from './row-change';
import type { SegmentFence } from './segment-fence';
import type { Column, TableShape } from './table-shape';

/** What differs between databases in the work on rows. `rows` of a statement are a parameter: JSON of texts. */
export interface ItemDialect {
  quote(name: string): string;
  /** Undefined when there is no such table. */
  shapeOf(connection: SqlConnection, name: string): Promise<TableShape | undefined>;
  /** Foreign keys of other tables, by which a row that is deleted takes others with it. */
  references(connection: SqlConnection, table: TableShape): Promise<readonly Reference[]>;
  /** A text that gives back a column's value exactly. */
  toText(column: Column, expression: string): string;
  /** A column's value from such a text. */
  fromText(column: Column, text: string): string;
  /** Whether two expressions, of which one is such a text, are the same value or both NULL. */
  isSame(column: Column, expression: string, text: string): string;
  /** The parameter `:rows` as a table `v` with `n` and these columns of texts. */
  rows(names: readonly string[]): string;
  /** That a row's key is greater than these values. */
  isAfter(columns: readonly string[], values: readonly string[]): string;
  /** That it is not. */
  isUpTo(columns: readonly string[], values: readonly string[]): string;
  /** About how many rows a large table has; undefined when nobody knows. */
  guess(connection: SqlConnection, table: TableShape): Promise<number | undefined>;
  /** Values of the first column of the key that divide a large table, in order; undefined when the database knows none. */
  bounds(connection: SqlConnection, table: TableShape): Promise<readonly string[] | undefined>;
  /** Makes the changes of a group whose rows are as they must be and not locked. Their numbers in the group. */
  write(
    api: DataApi,
    table: TableShape,
    group: ChangeGroup,
    fence: SegmentFence | undefined,
  ): Promise<ReadonlySet<number>>;
  /** Whether an error is of one row, which no repetition heals. */
  isOfRow(error: unknown): boolean;
  /** Whether an error says that others held locks: nothing happened. */
  isContended(error: unknown): boolean;
}
