/** A part of a MySQL text that is neither white space nor a comment. */
export interface Token {
  /**
   * `word`: a keyword, a name without quotes, a number or a variable. `name`: in backticks. `string`: in quotes.
   * `conditional`: the beginning of an executable comment, or its end. `hint`: a comment that the optimizer reads.
   * `symbol`: anything else, one character, but `:=`.
   */
  readonly kind: 'word' | 'name' | 'string' | 'conditional' | 'hint' | 'symbol';
  /** As it is written. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What else there is in a text. `unterminated`: a string, a quoted name or a comment that the text ends in. */
interface Other {
  readonly kind: 'space' | 'comment' | 'unterminated';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The parts of a text in the order in which the `mysql` client tries them. Sticky: one match after the other. */
const parts = new RegExp(
  [
    /(?<space>\s+)/,
    // The client needs white space, or the end of the line, after two dashes; 1--1 is an expression.
    /(?<comment>#[^\n]*|--(?=\s|$)[^\n]*|\/\*(?!M?!|\+)(?:[^*]|\*(?!\/))*\*\/)/,
    /(?<hint>\/\*\+(?:[^*]|\*(?!\/))*\*\/)/,
    // MySQL runs what is in it, MariaDB also what is in /*M! */.
    /(?<conditional>\/\*M?!\d*|\*\/)/,
    /(?<string>'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*")/,
    // A backslash means nothing between backticks.
    /(?<name>`(?:[^`]|``)*`)/,
    /(?<open>\/\*|['"`])/,
    /(?<word>@{0,2}[\w$\u0080-\uffff]+)/,
    /(?<symbol>:=|[\s\S])/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'y',
);

/** What was before a part. */
interface Context {
  /** A statement may begin here, where the client takes two dashes for a comment whatever follows. */
  readonly isFirst: boolean;
  /** An executable comment is open, so that it may end here; otherwise an asterisk may be followed by a comment. */
  readonly isConditional: boolean;
}

/** What begins at a place of a text. */
export function partAt(text: string, start: number, { isFirst, isConditional }: Context): Token | Other {
  if (isFirst && text.startsWith('--', start)) {
    const line = text.indexOf('\n', start);
    const end = line < 0 ? text.length : line;
    return { kind: 'comment', text: text.slice(start, end), start, end };
  }
  parts.lastIndex = start;
  const match = parts.exec(text)!;
  const groups = match.groups as Readonly<Record<string, string | undefined>>;
  const end = parts.lastIndex;
  if (groups.open !== undefined) return { kind: 'unterminated', text: match[0], start, end: text.length };
  if (match[0] === '*/' && !isConditional) return { kind: 'symbol', text: '*', start, end: start + 1 };
  const kind = kinds.find((name) => groups[name] !== undefined)!;
  return { kind, text: match[0], start, end };
}

const kinds = ['space', 'comment', 'hint', 'conditional', 'string', 'name', 'word', 'symbol'] as const;

/** A keyword or name without quotes in upper case; otherwise the text as it is. */
export function upper({ kind, text }: Token): string {
  return kind === 'word' ? text.toUpperCase() : text;
}
