/** CREATE DATABASE and DROP DATABASE, which the sandbox carries out itself: each database is an engine of its own. */
export interface DatabaseStatement {
  readonly verb: 'create' | 'drop';
  readonly name: string;
  readonly ifExists: boolean;
}

const COMMENTS = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/;
const POSTGRESQL = /^(create|drop)\s+database\s+(if\s+exists\s+)?(?:"((?:[^"]|"")+)"|([a-z_][\w$]*))/i;
const MYSQL = /^(create|drop)\s+(?:database|schema)\s+(if\s+(?:not\s+)?exists\s+)?(?:`((?:[^`]|``)+)`|([a-z_][\w$]*))/i;

/** @param quotes which quotes stand around names: those of PostgreSQL, which also writes plain names in lower case, or of MySQL */
export function parseDatabaseStatement(
  sql: string,
  quotes: 'double quotes' | 'backticks',
): DatabaseStatement | undefined {
  const isPostgres = quotes === 'double quotes';
  const match = (isPostgres ? POSTGRESQL : MYSQL).exec(sql.replace(COMMENTS, ''));
  if (!match) return undefined;
  const [, verb, ifExists, quoted, plain] = match;
  const quote = isPostgres ? '"' : '`';
  return {
    verb: verb!.toLowerCase() as DatabaseStatement['verb'],
    name: quoted?.replaceAll(quote + quote, quote) ?? (isPostgres ? plain!.toLowerCase() : plain!),
    ifExists: ifExists !== undefined,
  };
}
