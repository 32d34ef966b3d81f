import type { SectionName } from './layout';
import type { PermittedStatement } from './permissions';
import type { SqlStatement } from './statement';

/** A section whose text its dialect could cut into statements. */
export interface ParsedSection<S extends SqlStatement = SqlStatement> {
  readonly transaction: boolean;
  readonly statements: readonly PermittedStatement<S>[];
}

/** The sections of a file that could be read. */
export type ParsedSections<S extends SqlStatement = SqlStatement> = ReadonlyMap<SectionName, ParsedSection<S>>;
