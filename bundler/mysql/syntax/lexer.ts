import { describe, MigrationError } from '../../../core/errors/index';
import type { SourceText } from '../../source-text';
import type { SqlComment, SqlStatement } from '../../sql/statement';
import { clientCommand, refuseCommandWord } from './client-commands';
import { StoredProgram } from './stored-program';
import { partAt, type Token } from './tokens';

/** A statement as the `mysql` client sends it. */
export interface MysqlStatement extends SqlStatement {
  /** Without comments; those inside of executable comments are among them. */
  readonly tokens: readonly Token[];
}

interface Cut {
  readonly statements: readonly MysqlStatement[];
  readonly comments: readonly { readonly text: string; readonly start: number; readonly end: number }[];
}

/**
 * Cuts a text into statements as the `mysql` client does: at `;`, or at what a DELIMITER line says instead. Other than the
 * client, it does not end the statement at the semicolons inside of a stored program.
 * @throws MigrationError `SQL_SYNTAX` for what has no end; `CLIENT_COMMAND`; `NAMED_PARAMETER`
 */
export function cut(source: SourceText): Cut {
  return new Lexer(source).run();
}

/** The `--` comments of a text; none when it cannot be cut. */
export function dashComments({ comments }: Cut): readonly SqlComment[] {
  return comments.filter(({ text }) => text.startsWith('--')).map(({ text, start }) => ({ text, index: start }));
}

class Lexer {
  readonly #source: SourceText;
  readonly #text: string;
  readonly #statements: MysqlStatement[] = [];
  readonly #comments: { text: string; start: number; end: number }[] = [];
  #delimiter = ';';
  #tokens: Token[] = [];
  #program = new StoredProgram();
  /** Inside of an executable comment. */
  #isConditional = false;
  #at = 0;

  constructor(source: SourceText) {
    this.#source = source;
    this.#text = source.text;
  }

  run(): Cut {
    while (this.#at < this.#text.length) {
      if (this.#isDelimiterLine()) this.#readDelimiterLine();
      else if (this.#text.startsWith(this.#delimiter, this.#at) && !this.#program.open) this.#endStatement();
      else this.#readPart();
    }
    const block = this.#program.open;
    if (block) throw this.#unterminated(block.word.toUpperCase(), 'has no END', block.start);
    this.#endStatement();
    return { statements: this.#statements, comments: this.#comments };
  }

  #readPart(): void {
    const part = partAt(this.#text, this.#at, {
      isFirst: this.#tokens.length === 0,
      isConditional: this.#isConditional,
    });
    if (part.kind === 'unterminated') throw this.#unterminated(part.text, 'is never closed', part.start);
    // A delimiter such as $$ may be in the middle of what would be one token: select 1$$
    const end = part.kind === 'word' ? this.#cutAtDelimiter(part.start, part.end) : part.end;
    this.#at = end;
    if (part.kind === 'comment') this.#comments.push(part);
    if (part.kind === 'comment' || part.kind === 'space') return;
    if (part.kind === 'conditional') this.#isConditional = part.text !== '*/';
    this.#take({ kind: part.kind, start: part.start, text: this.#text.slice(part.start, end), end });
  }

  #cutAtDelimiter(start: number, end: number): number {
    if (this.#delimiter === ';') return end;
    const found = this.#text.indexOf(this.#delimiter, start);
    return found > start && found < end ? found : end;
  }

  #take(token: Token): void {
    if (token.text === '\\') this.#readBackslash(token);
    this.#refuseNamedParameter(token);
    this.#tokens.push(token);
    // With a delimiter of its own, a program ends where that is.
    if (this.#delimiter === ';') this.#program.take(token);
  }

  /** \N is NULL; everything else after a backslash is a command for the client. */
  #readBackslash({ start }: Token): void {
    const command = this.#text.slice(start, start + 2);
    if (command !== '\\N') throw clientCommand(command, this.#source.locate(start));
  }

  #refuseNamedParameter({ kind, start }: Token): void {
    const colon = this.#tokens.at(-1);
    if (kind !== 'word' || colon?.text !== ':' || colon.end !== start) return;
    const [name = ''] = /^[A-Za-z_]\w*/.exec(this.#text.slice(start)) ?? [];
    if (name === '') return;
    const what = 'The RDS Data API would treat this as a parameter:';
    throw new MigrationError('NAMED_PARAMETER', describe({ what, seen: `:${name}` }), {
      hint: 'Migrations have no parameters. Quote it if it is text, and put a space after the colon of a label.',
      location: this.#source.locate(colon.start),
    });
  }

  #isDelimiterLine(): boolean {
    if (this.#tokens.length > 0 || !/^delimiter(?=\s|$)/i.test(this.#text.slice(this.#at, this.#at + 10))) return false;
    return this.#text.slice(this.#lineStart(), this.#at).trim() === '';
  }

  #lineStart(): number {
    return this.#text.lastIndexOf('\n', this.#at - 1) + 1;
  }

  #readDelimiterLine(): void {
    const [line] = /^[^\n]*/.exec(this.#text.slice(this.#at))!;
    const [, quoted, plain] = /^\w+\s+(?:(["'`].+?["'`])|(\S+))/.exec(line) ?? [];
    const delimiter = plain ?? quoted?.slice(1, -1) ?? '';
    if (delimiter === '' || delimiter.includes('\\')) {
      const what = 'DELIMITER must be followed by what ends a statement, without a backslash, got';
      throw new MigrationError('SQL_SYNTAX', describe({ what, seen: delimiter }), {
        hint: 'For example DELIMITER // before a stored program, and DELIMITER ; after it.',
        location: this.#source.locate(this.#at),
      });
    }
    this.#delimiter = delimiter;
    this.#at += line.length;
  }

  #endStatement(): void {
    // END; before a delimiter of its own: the Data API takes one statement, so nothing may seem to follow.
    while (this.#tokens.at(-1)?.text === ';') this.#tokens.pop();
    const [first, last] = [this.#tokens[0], this.#tokens.at(-1)];
    if (first && last) {
      const { start } = first;
      const location = this.#source.locate(start);
      refuseCommandWord(first, location);
      const text = this.#text.slice(start, last.end);
      this.#statements.push({ text, location, start, end: this.#at, tokens: this.#tokens });
    }
    this.#tokens = [];
    this.#program = new StoredProgram();
    this.#isConditional = false;
    this.#at += this.#delimiter.length;
  }

  #unterminated(what: string, how: string, start: number): MigrationError {
    return new MigrationError('SQL_SYNTAX', `${what} ${how} in this section.`, {
      hint: 'It begins here; write what ends it. A string that holds its own quote doubles it.',
      location: this.#source.locate(start),
    });
  }
}
