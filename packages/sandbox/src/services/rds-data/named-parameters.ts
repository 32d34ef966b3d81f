/** SQL with `$1`, `$2` in place of named parameters. */
export interface PositionalSql {
  readonly sql: string;
  /** Names in the order of their numbers, each once. */
  readonly names: readonly string[];
  /** Where in the caller's SQL a position (counted from 1) of {@link sql} is. */
  originalPosition(position: number): number;
}

/** All tokens in which a colon means nothing, then the parameter itself, then any other single character. */
const TOKENS = [
  /[eE]'(?:[^'\\]|\\[\s\S]|'')*'/, // escape string, before identifiers because it starts with a letter
  /'(?:[^']|'')*'/,
  /"(?:[^"]|"")*"/,
  /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/, // identifier or keyword; swallows the $ of names such as a$b
  /\$(?<tag>(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$[\s\S]*?\$\k<tag>\$/,
  /--[^\n]*/,
  /:{2,}|:=/, // cast, assignment
  /:(?<name>[A-Za-z_]\w*)/,
];
const TOKEN = new RegExp(TOKENS.map((token) => token.source).join('|'), 'y');

/**
 * Replaces each `:name` (aws-facts RDS-12), leaving strings, quoted names, dollar quotes, comments and `::` casts
 * alone.
 */
export function toPositional(sql: string): PositionalSql {
  const names: string[] = [];
  const edits: Edit[] = [];
  let output = '';
  for (let at = 0; at < sql.length; ) {
    const { text, name } = tokenAt(sql, at);
    const replaced = name === undefined ? text : `$${numberOf(names, name)}`;
    if (name !== undefined) edits.push({ end: output.length + replaced.length, delta: text.length - replaced.length });
    output += replaced;
    at += text.length;
  }
  return { sql: output, names, originalPosition: (position) => position + shift(edits, position) };
}

interface Edit {
  readonly end: number;
  readonly delta: number;
}

function shift(edits: readonly Edit[], position: number): number {
  return edits.filter((edit) => edit.end < position).reduce((sum, edit) => sum + edit.delta, 0);
}

function tokenAt(sql: string, at: number): { readonly text: string; readonly name?: string } {
  if (sql.startsWith('/*', at)) return { text: sql.slice(at, commentEnd(sql, at)) };
  TOKEN.lastIndex = at;
  const match = TOKEN.exec(sql);
  return { text: match?.[0] ?? sql[at]!, name: match?.groups?.['name'] };
}

/** The statements of a script, without the semicolons between them, and where in the script each begins. */
export function splitStatements(script: string): readonly { readonly sql: string; readonly at: number }[] {
  const statements: { readonly sql: string; readonly at: number }[] = [];
  /** Where the statement has begun; undefined before its first word. */
  let start: number | undefined;
  /** Inside of the body of a SQL-standard function: `BEGIN ATOMIC ... END`. */
  let depth = 0;
  let words: string[] = [];
  for (let at = 0; at <= script.length; ) {
    const text = at < script.length ? tokenAt(script, at).text : ';';
    if (text === ';' && (depth === 0 || at === script.length)) {
      if (start !== undefined) statements.push({ sql: script.slice(start, at).trim(), at: start });
      [start, depth, words] = [undefined, 0, []];
    } else if (!/^(\s|--|\/\*)/.test(text)) {
      start ??= at;
      const word = text.toLowerCase();
      if (depth > 0 && word === 'case') depth += 1;
      if (word === 'atomic' && words.at(-1) === 'begin') depth = 1;
      if (depth > 0 && word === 'end') depth -= 1;
      words = [word];
    }
    at += text.length;
  }
  return statements;
}

/** PostgreSQL's block comments nest. */
function commentEnd(sql: string, start: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  let depth = 0;
  for (let match = mark.exec(sql); match; match = mark.exec(sql)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return sql.length;
}

function numberOf(names: string[], name: string): number {
  const index = names.indexOf(name);
  return index >= 0 ? index + 1 : names.push(name);
}
