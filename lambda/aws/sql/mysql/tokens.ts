/**
 * The words of a statement of MySQL, as its own scanner cuts it: enough to say what a statement is about. Comments are left
 * out, except those that MySQL executes, whose words count.
 */
export interface Token {
  readonly kind: 'word' | 'name' | 'string' | 'symbol';
  /** A word in upper case, a name without its backticks, everything else as it is written. */
  readonly text: string;
  /** As it is written. */
  readonly raw: string;
  readonly start: number;
  readonly end: number;
}

const parts =
  /(?<space>\s+|--(?=\s|$)[^\n]*|#[^\n]*|\/\*M?!\d*|\*\/|\/\*[\s\S]*?(?:\*\/|$))|(?<string>'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*")|`(?<name>(?:[^`]|``)*)`|(?<word>[\w$@\u0080-\uffff]+)|(?<symbol>[\s\S])/y;

export function tokensOf(statement: string): readonly Token[] {
  const tokens: Token[] = [];
  parts.lastIndex = 0;
  for (let match = parts.exec(statement); match; match = parts.exec(statement)) {
    const { space, string, name, word } = match.groups as Readonly<Record<string, string | undefined>>;
    if (space !== undefined) continue;
    const [raw] = match;
    const place = { raw, start: match.index, end: parts.lastIndex };
    if (string !== undefined) tokens.push({ kind: 'string', text: raw, ...place });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name.replaceAll('``', '`'), ...place });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word.toUpperCase(), ...place });
    else tokens.push({ kind: 'symbol', text: raw, ...place });
  }
  return tokens;
}

/** Reads tokens from first to last. */
export class Reader {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  get next(): Token | undefined {
    return this.tokens[this.at];
  }

  /** What is left. */
  get rest(): readonly Token[] {
    return this.tokens.slice(this.at);
  }

  skip(): Token | undefined {
    const token = this.next;
    this.at += 1;
    return token;
  }

  /** Passes these words by when they all come next. */
  take(...words: readonly string[]): boolean {
    const come = words.every((word, index) => {
      const token = this.tokens[this.at + index];
      return token !== undefined && token.kind !== 'name' && token.kind !== 'string' && token.text === word;
    });
    if (come) this.at += words.length;
    return come;
  }

  /** Passes one of these words by. */
  takeOne(words: readonly string[]): string | undefined {
    return words.find((word) => this.take(word));
  }

  /** A name, without what qualifies it. */
  name(): string | undefined {
    return this.qualified()?.name;
  }

  /** A name with the database that qualifies it, if any. */
  qualified(): QualifiedName | undefined {
    const first = this.identifier();
    if (first === undefined || !this.take('.')) return first === undefined ? undefined : { name: first };
    const second = this.identifier();
    return second === undefined ? undefined : { database: first, name: second };
  }

  private identifier(): string | undefined {
    const token = this.next;
    if (token?.kind === 'name') return this.skip()!.text;
    return token?.kind === 'word' ? this.skip()!.raw : undefined;
  }
}

export interface QualifiedName {
  /** The database at hand when it is left out. */
  readonly database?: string;
  readonly name: string;
}
