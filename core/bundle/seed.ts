import type { BundleLocation } from '../wire';
import { sha256, sourceChecksum } from './checksum';

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

/** The name of the file with the rows, among the assets of an app and in a bucket. */
export function seedFileName({ digest }: Pick<SeedSource, 'digest'>): string {
  return `${digest}.jsonl`;
}

/** Where the rows are stored: beside the bundle. */
export function seedKey({ Key }: BundleLocation, seed: Pick<SeedSource, 'digest'>): string {
  return `${Key.slice(0, Key.lastIndexOf('/') + 1)}${seedFileName(seed)}`;
}

/** The checksum of a migration with a seed file, of which an edit is an edit of the migration. */
export function checksumWithSeed(source: string, seedChecksum: string): string {
  return sha256(`${sourceChecksum(source)} ${seedChecksum}`);
}
