import { MigrationError } from '../../core/errors/index';
import type { Statement } from './statement';
import type { MysqlStatement } from './syntax/lexer';

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
