import { type Token, upper } from './tokens';

/** Reads a statement token by token, without what only wraps other tokens. */
export class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens.filter(({ kind }) => kind !== 'conditional' && kind !== 'hint');
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** The token some places ahead; keywords in upper case, '' after the end. */
  peek(ahead = 0): string {
    const token = this.#tokens[this.#at + ahead];
    return token === undefined ? '' : upper(token);
  }

  next(): Token | undefined {
    return this.#tokens[this.#at++];
  }

  /** Takes these keywords and symbols, when all of them come next. */
  accept(...words: readonly string[]): boolean {
    if (!words.every((word, index) => this.peek(index) === word)) return false;
    this.#at += words.length;
    return true;
  }

  /** Takes the one of these that comes next. */
  acceptAny(...words: readonly string[]): string | undefined {
    const found = words.find((word) => this.peek() === word);
    if (found !== undefined) this.#at++;
    return found;
  }

  /** A name, with its database when it is written: `crm.users`. '' when none comes next. */
  name(): string {
    const parts: string[] = [];
    do parts.push(this.simpleName());
    while (this.accept('.'));
    return parts.join('.');
  }

  /** A name without its database. */
  simpleName(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined || !isName(token)) return '';
    this.#at++;
    return unquoted(token);
  }

  /** The tokens in the parentheses that come next, without them. */
  parenthesized(): readonly Token[] | undefined {
    if (this.peek() !== '(') return undefined;
    const start = this.#at + 1;
    let depth = 0;
    for (; this.#at < this.#tokens.length; this.#at++) {
      depth += depthOf(this.#tokens[this.#at]!);
      if (depth === 0) return this.#tokens.slice(start, this.#at++);
    }
    return this.#tokens.slice(start);
  }

  /** All tokens that are left, which it takes. */
  rest(): readonly Token[] {
    const rest = this.#tokens.slice(this.#at);
    this.#at = this.#tokens.length;
    return rest;
  }
}

/** The parts of a list, cut at the commas that are in no parentheses. */
export function listItems(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const items: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    depth += depthOf(token);
    if (depth === 0 && token.text === ',') items.push([]);
    else items.at(-1)!.push(token);
  }
  return items.filter((item) => item.length > 0);
}

/** What is in the parentheses that are around all of it. */
export function withoutParentheses(tokens: readonly Token[]): readonly Token[] {
  const reader = new Reader(tokens);
  const inside = reader.parenthesized();
  return inside !== undefined && reader.isAtEnd ? withoutParentheses(inside) : tokens;
}

/** The names of the columns in the parentheses of a key, without lengths and directions; '' for an expression. */
export function columnNames(tokens: readonly Token[] | undefined): readonly string[] {
  return listItems(tokens ?? []).map((item) => new Reader(item).simpleName());
}

/** With ANSI_QUOTES in the sql_mode of the server, what is in double quotes is a name. Without, no string stands where a name does. */
function isName({ kind, text }: Token): boolean {
  return kind === 'word' || kind === 'name' || (kind === 'string' && text.startsWith('"'));
}

function unquoted(token: Token): string {
  return token.kind === 'name'
    ? token.text.slice(1, -1).replaceAll('``', '`')
    : token.kind === 'string'
      ? stringValue(token)
      : token.text;
}

/** The value of a string, without what a backslash escapes: enough to compare two of them. */
export function stringValue({ text }: Token): string {
  const quote = text[0]!;
  return text.slice(1, -1).replaceAll(quote + quote, quote);
}

function depthOf({ kind, text }: Token): number {
  if (kind !== 'symbol') return 0;
  return text === '(' ? 1 : text === ')' ? -1 : 0;
}
