import { MigrationError } from '../../core/errors/index';
import { checkLength } from '../sql/statement-length';
import { checkSession } from './session';
import type { MysqlStatement } from './syntax/lexer';
import { Reader } from './syntax/reader';
import { upper } from './syntax/tokens';

/** The rules for a statement in any section. */
export function checkStatement(statement: MysqlStatement): readonly MigrationError[] {
  const { location } = statement;
  const errors: MigrationError[] = [...checkLength(statement, 'aurora-mysql')];
  const control = transactionControl(statement);
  if (control !== undefined) {
    const message = `${control} is not allowed in a section: the engine begins and ends transactions itself.`;
    const hint = 'Remove it: statements that change rows and follow each other are one transaction.';
    errors.push(new MigrationError('TRANSACTION_CONTROL', message, { hint, location }));
  }
  const unbalanced = unbalancedParenthesis(statement);
  return [...errors, ...(unbalanced ? [unbalanced] : []), ...checkSession(statement)];
}

/** A verify statement may only read: a SELECT without INTO, FOR UPDATE and FOR SHARE. */
export function checkVerify({ tokens, location }: MysqlStatement): readonly MigrationError[] {
  const words = new Reader(tokens)
    .rest()
    .filter(({ kind }) => kind !== 'string' && kind !== 'name')
    .map(upper);
  const first = words.find((word) => word !== '(');
  const changes = words.some(
    (word, index) => /^(INSERT|UPDATE|DELETE|REPLACE|INTO|TRUNCATE)$/.test(word) && !isFunctionOrName(words, index),
  );
  const locks =
    words.some((word, index) => word === 'LOCK' && words[index + 1] === 'IN') ||
    / FOR (UPDATE|SHARE)\b/.test(` ${words.join(' ')}`);
  if ((first === 'SELECT' || first === 'WITH') && !changes && !locks) return [];
  const message = 'A verify statement must be a plain SELECT, because verification changes nothing.';
  const hint =
    'Write a SELECT that returns one row, beginning with true when all is well, such as select count(*) = 0 from ...';
  return [new MigrationError('VERIFY_NOT_SELECT', message, { hint, location })];
}

/** INSERT() and REPLACE() of texts, and what follows a dot. */
function isFunctionOrName(words: readonly string[], index: number): boolean {
  return words[index + 1] === '(' || words[index - 1] === '.';
}

/** The name of a statement that begins or ends a transaction. */
function transactionControl({ tokens }: MysqlStatement): string | undefined {
  const reader = new Reader(tokens);
  const first = reader.peek();
  if (/^(COMMIT|ROLLBACK|SAVEPOINT|XA|BEGIN)$/.test(first)) return first;
  if (reader.accept('START', 'TRANSACTION')) return 'START TRANSACTION';
  return reader.accept('RELEASE', 'SAVEPOINT') ? 'RELEASE SAVEPOINT' : undefined;
}

/** The only mistake of syntax that is seen here: the rest is MySQL's to say. */
function unbalancedParenthesis({ tokens, location }: MysqlStatement): MigrationError | undefined {
  const symbols = tokens.filter(({ kind, text }) => kind === 'symbol' && /[()]/.test(text));
  let depth = 0;
  for (const { text } of symbols) {
    depth += text === '(' ? 1 : -1;
    if (depth < 0) break;
  }
  if (depth === 0) return undefined;
  const message =
    depth < 0
      ? 'A ) has no ( before it.'
      : `${depth} ( ${depth === 1 ? 'has' : 'have'} no ) after ${depth === 1 ? 'it' : 'them'}.`;
  return new MigrationError('SQL_SYNTAX', message, { hint: 'Count the parentheses of this statement.', location });
}
