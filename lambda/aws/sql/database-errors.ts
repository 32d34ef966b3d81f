import type { ErrorNumbers } from '../../../core/ports';

/** What the errors of a kind of database say, which the Data API passes on as a text (aws-facts RDS-5 and RDS-17). */
export interface DatabaseErrors {
  /** Its numbers, and what of it may leave the database (G6). */
  read(message: string): ErrorNumbers & { readonly told: string };
  /** Whether it says that the database of this name does not exist. */
  saysGone(message: string, database: string): boolean;
}
