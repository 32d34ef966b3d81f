import { MigrationError } from '../../core/errors/index';
import type { ReportError, Warn } from '../report';
import type { SqlDialect } from './dialect';
import type { Section, SectionName } from './layout';
import type { ParsedSection } from './parsed-section';
import { attachPermissions, mayHavePermissions } from './permissions';

/** Parses a section and checks each statement by itself. Undefined if the section cannot be parsed. */
export function parseSection(
  name: SectionName,
  { body, transaction }: Section,
  dialect: SqlDialect,
  report: ReportError,
  warn: Warn,
): ParsedSection | undefined {
  try {
    const statements = dialect.read(body, { transaction, verify: name === 'verify' }, report, warn);
    const comments = mayHavePermissions(body.text) ? dialect.comments(body) : [];
    return { transaction, statements: attachPermissions(statements, comments, body, report) };
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    report(error);
    return undefined;
  }
}
