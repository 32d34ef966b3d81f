import { MigrationError } from '../core/errors/index';
import type { PostgresParser } from './postgres';
import type { ReportError } from './report';
import type { Section, SectionName } from './sql-layout';
import { attachPermissions, mayHavePermissions, type PermittedStatement } from './sql-permissions';
import { checkStatement, checkVerify } from './sql-rules';

/** A section whose text PostgreSQL's grammar accepts. */
export interface ParsedSection {
  readonly transaction: boolean;
  readonly statements: readonly PermittedStatement[];
}

/** Parses a section and checks each statement by itself. Undefined if the section cannot be parsed. */
export function parseSection(
  name: SectionName,
  { body, transaction }: Section,
  postgres: PostgresParser,
  report: ReportError,
): ParsedSection | undefined {
  try {
    const statements = postgres.parse(body);
    for (const statement of statements) {
      checkStatement(statement, transaction).forEach(report);
      if (name === 'verify') checkVerify(statement).forEach(report);
    }
    const comments = mayHavePermissions(body.text) ? postgres.comments(body) : [];
    return { transaction, statements: attachPermissions(statements, comments, body, report) };
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    report(error);
    return undefined;
  }
}
