import type { DatabaseKind } from '../../core/wire';
import type { Draft } from '../draft';
import type { ReportError, Warn } from '../report';
import type { SourceText } from '../source-text';
import type { SqlComment, SqlStatement } from './statement';

/** Where the statements of a text belong. */
interface SectionKind {
  /** They are one transaction, where the database has such. */
  readonly transaction: boolean;
  /** They may only read. */
  readonly verify: boolean;
}

/** What a review needs to know of the target of migrations. */
export interface ReviewedTarget {
  /** The version of the database's engine, such as 16.4; undefined when it is not known. */
  readonly engineVersion?: string;
}

/** The SQL of one kind of database: how a text is cut into statements, and the rules for them. */
export interface SqlDialect {
  readonly databaseKind: DatabaseKind;
  /**
   * Cuts a text into statements, and checks each by itself.
   * @throws MigrationError when the text cannot be cut, at the place of the first mistake
   */
  read(source: SourceText, kind: SectionKind, report: ReportError, warn: Warn): readonly SqlStatement[];
  /** The `--` comments of a text: not what looks like one inside a string. */
  comments(source: SourceText): readonly SqlComment[];
  /** Checks the names in a text. */
  checkNames(source: SourceText, report: ReportError, warn: Warn): void;
  /**
   * Judges what can be judged only with what was before, and permissions that nothing needs.
   * @param drafts of one target, in the order in which they are applied; sections are those that this dialect read
   */
  review(drafts: readonly Draft[], target: ReviewedTarget, report: ReportError, warn: Warn): void;
}
