/**
 * The rows of a seed file as they were when the bundle was made: a file of its own beside the bundle's, named by its digest. A
 * row is a line of it, the JSON of a list: the row's line in the seed file, then its values by column, or its item.
 */
export interface SeedSource {
  /** As the migration names it, relative to its own file. */
  readonly file: string;
  /** SHA-256 of the file beside the bundle, in hex. */
  readonly digest: string;
  /** How many rows there are. */
  readonly rows: number;
  /** Of a CSV file. Without, a row holds an item. */
  readonly columns?: readonly string[];
  /** In order. A worker reads those that have its rows. */
  readonly parts: readonly SeedPart[];
}

/** Whole rows, which are read and verified together. */
export interface SeedPart {
  /** Where it begins, in bytes. */
  readonly at: number;
  readonly bytes: number;
  readonly rows: number;
  /** SHA-256 of these bytes, in hex. */
  readonly digest: string;
}
