import { type ErrorLocation, MigrationError } from '../../core/errors/index';
import type { Statement } from './statement';
import type { MysqlStatement } from './syntax/lexer';
import type { Token } from './syntax/tokens';

/** A statement, and what it is. */
export interface ReadStatement extends MysqlStatement {
  readonly content: Statement;
}

/** What the rules cannot judge, because they do not know it: said once for a statement. */
export function unreadPart({ content, location }: ReadStatement): MigrationError | undefined {
  const part =
    content.type === 'unknown'
      ? content.text
      : content.type === 'alter-table'
        ? content.clauses.find((clause) => clause.do === 'unknown')?.text
        : undefined;
  if (part === undefined) return undefined;
  const message = `The rules do not know this, and let it through: ${part}`;
  return new MigrationError('UNREAD_STATEMENT', message, {
    hint: 'Look for a mistake in it; if there is none, see for yourself that it loses no data and is not slow.',
    location,
  });
}

/** With a DELIMITER in force by mistake, a statement goes on to the next one that is meant. */
export function secondStatement({ content, tokens }: ReadStatement): Token | undefined {
  return content.type === 'stored-program'
    ? undefined
    : tokens.find(({ kind, text }) => kind === 'symbol' && text === ';');
}

/** The RDS Data API takes one statement in a call (aws-facts RDS-9). */
export function severalStatements(location: ErrorLocation): MigrationError {
  const message = 'The statement goes on after this ;, because a DELIMITER line says that it ends at something else.';
  return new MigrationError('SQL_SYNTAX', message, {
    hint: 'Write DELIMITER ; before the statement; or leave out DELIMITER altogether, stored programs need none.',
    location,
  });
}
