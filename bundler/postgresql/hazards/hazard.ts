import type { Known } from '../known';
import type { ParsedStatement } from '../parser';
import type { HazardRule } from './rules';

/** What a statement does that keeps others waiting, or that fails where there are rows. */
export interface Hazard {
  readonly rule: HazardRule;
  readonly what: string;
  readonly hint: string;
  /** SQL that does the same safely: see ./rewrite. */
  readonly rewrite?: string;
}

/** What a statement is judged by. */
export interface HazardContext {
  readonly statement: ParsedStatement;
  readonly known: Known;
  /** Whether the transaction has set its time zone to UTC. */
  readonly isUtc: boolean;
  /** Whether a table or view was made by the same migration: nobody waits for it, and it has few rows. */
  isNew(name: string | undefined): boolean;
}
