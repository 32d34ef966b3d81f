/** CREATE DATABASE and DROP DATABASE, which the sandbox carries out itself: each database is an engine of its own. */
export interface DatabaseStatement {
  readonly verb: 'create' | 'drop';
  readonly name: string;
  readonly ifExists: boolean;
}

const COMMENTS = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/;
const STATEMENT = /^(create|drop)\s+database\s+(if\s+exists\s+)?(?:"((?:[^"]|"")+)"|([a-z_][\w$]*))/i;

export function parseDatabaseStatement(sql: string): DatabaseStatement | undefined {
  const match = STATEMENT.exec(sql.replace(COMMENTS, ''));
  if (!match) return undefined;
  const [, verb, ifExists, quoted, plain] = match;
  return {
    verb: verb!.toLowerCase() as DatabaseStatement['verb'],
    name: quoted?.replaceAll('""', '"') ?? plain!.toLowerCase(),
    ifExists: ifExists !== undefined,
  };
}
