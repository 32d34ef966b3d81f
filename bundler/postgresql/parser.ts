import type * as LibPgQuery from 'libpg-query';
import type { Node } from 'libpg-query';
import { describe, MigrationError } from '../../core/errors/index';
import type { SourceText } from '../source-text';
import type { SqlComment, SqlStatement } from '../sql/statement';
import { copyEnds, copyFromStdin, psqlCommand, syntaxHint } from './foreign-text';

export type { Node } from 'libpg-query';

/** A statement with its parse tree. */
export interface ParsedStatement extends SqlStatement {
  readonly node: Node;
}

/** PostgreSQL's own parser, compiled to WebAssembly. */
export interface PostgresParser {
  /**
   * Cuts a text into statements.
   * @throws MigrationError `SQL_SYNTAX`, `NAMED_PARAMETER`, `CLIENT_COMMAND`, `UNSUPPORTED_STATEMENT` for a COPY whose rows
   * follow it, at the place of the first
   */
  parse(source: SourceText): readonly ParsedStatement[];
  /** The `--` comments of a text: not what looks like one inside a string. */
  comments(source: SourceText): readonly SqlComment[];
  /** The names in a text as they are written, before PostgreSQL cuts them, with the index of each. */
  identifiers(source: SourceText): readonly { readonly name: string; readonly index: number }[];
}

/** Loads the parser, which takes some 20 ms: only for folders with SQL in them. */
export async function loadPostgresParser(): Promise<PostgresParser> {
  const library = await import('libpg-query');
  await library.loadModule();
  const tokens = (source: SourceText, tokenName: string) =>
    scan(library, source.text)
      .filter((token) => token.tokenName === tokenName)
      .map(({ text, start }) => ({ text, index: source.indexOfByte(start) }));
  return {
    parse: (source) => parse(library, source),
    comments: (source) => tokens(source, 'SQL_COMMENT'),
    identifiers: (source) =>
      tokens(source, 'IDENT').map(({ text, index }) => ({
        name: text.replace(/^"|"$/g, '').replaceAll('""', '"'),
        index,
      })),
  };
}

function parse(library: typeof LibPgQuery, source: SourceText): readonly ParsedStatement[] {
  if (source.text.trim() === '') return [];
  refuseCopiedRows(library, source);
  refuseNamedParameter(library, source);
  const { stmts = [] } = parseTree(library, source);
  return stmts.map(({ stmt, stmt_location: start = 0, stmt_len: length }) => {
    const index = source.indexOfByte(start);
    const end = length ? source.indexOfByte(start + length) : source.text.length;
    const text = source.text.slice(index, end).trimEnd();
    return { text, location: source.locate(index), node: stmt!, start: index, end };
  });
}

function parseTree(library: typeof LibPgQuery, source: SourceText): LibPgQuery.ParseResult {
  try {
    return library.parseSync(source.text);
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(source, error);
    if (!library.hasSqlDetails(error)) throw error;
    // Positions in errors count code points; those in the tree count bytes.
    const { message, cursorPosition } = error.sqlDetails!;
    const index = source.indexOfCodePoint(cursorPosition);
    const location = source.locate(index);
    const command = psqlCommand(source.text, index, location);
    if (command) throw command;
    throw new MigrationError('SQL_SYNTAX', `PostgreSQL cannot parse this: ${message.replace(/\s+/g, ' ')}.`, {
      hint: syntaxHint(source.text, index),
      location,
      cause: error,
    });
  }
}

/** The stack of WebAssembly is used up, at some ten thousand operators in one expression; PostgreSQL's own is, too. */
function tooDeep(source: SourceText, cause: RangeError): MigrationError {
  const message = 'A statement of this section is nested too deeply for the parser of PostgreSQL.';
  return new MigrationError('SQL_SYNTAX', message, {
    hint: 'Split it: long chains of AND, OR, || and + count as nested, lists such as IN (...) do not.',
    location: source.locate(0),
    cause,
  });
}

/** Rows that follow a COPY FROM STDIN are no SQL: what the parser makes of them would tell nothing. */
function refuseCopiedRows(library: typeof LibPgQuery, source: SourceText): void {
  const ends = copyEnds(source.text);
  if (ends.length === 0 || treeOf(library, source.text)) return;
  for (const end of ends) {
    const { stmts = [] } = treeOf(library, source.text.slice(0, end)) ?? {};
    const { stmt, stmt_location: start = 0 } = stmts.at(-1) ?? {};
    if (!stmt || !('CopyStmt' in stmt) || !stmt.CopyStmt.is_from) continue;
    const { message, hint } = copyFromStdin;
    throw new MigrationError('UNSUPPORTED_STATEMENT', message, {
      hint,
      location: source.locate(source.indexOfByte(start)),
    });
  }
}

function treeOf(library: typeof LibPgQuery, text: string): LibPgQuery.ParseResult | undefined {
  try {
    return library.parseSync(text);
  } catch {
    return undefined;
  }
}

/**
 * The RDS Data API treats `:name` outside of a string as a parameter of the call. PostgreSQL's scanner tells casts,
 * assignments, strings and comments apart from it; what remains is a slice such as `tags[1:n]`, or a mistake.
 */
function refuseNamedParameter(library: typeof LibPgQuery, source: SourceText): void {
  if (!/(?<!:):[A-Za-z_]/.test(source.text)) return;
  const tokens = scan(library, source.text);
  const at = tokens.findIndex((token, index) => {
    const next = tokens[index + 1];
    return token.text === ':' && next?.start === token.end && /^[A-Za-z_]/.test(next.text);
  });
  if (at < 0) return;
  const seen = `:${tokens[at + 1]!.text}`;
  throw new MigrationError(
    'NAMED_PARAMETER',
    describe({ what: 'The RDS Data API would treat this as a parameter:', seen }),
    {
      hint: 'Migrations have no parameters. Quote it if it is text, write :: if it is a cast, and put a space after the colon in an array slice.',
      location: source.locate(source.indexOfByte(tokens[at]!.start)),
    },
  );
}

/** The tokens of a text; none if it ends inside a string or a comment, which the parser reports better. */
function scan(library: typeof LibPgQuery, text: string): readonly LibPgQuery.ScanToken[] {
  try {
    return library.scanSync(text).tokens;
  } catch {
    return [];
  }
}
