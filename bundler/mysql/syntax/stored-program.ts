import { type Token, upper } from './tokens';

/** A compound statement that is open. */
export interface Block {
  /** What opened it; `case` for the expression, `UNTIL` for a REPEAT whose condition has begun. */
  readonly word: string;
  readonly start: number;
}

type ProgramKind = 'PROCEDURE' | 'FUNCTION' | 'TRIGGER' | 'EVENT';

/** The words of a head up to the kind of program; what is quoted is `~`. */
const head =
  /^(?:CREATE (?:OR REPLACE )?(?:DEFINER = \S+(?: (?:@ )?\S+| \( \))? )?(?:AGGREGATE )?(PROCEDURE|FUNCTION|TRIGGER|EVENT)|ALTER (?:DEFINER = .+ )?(EVENT))$/;
/** No head has more words before that. */
const longestHead = 12;

/** What ends in `END <word>`. */
const compound = new Set(['IF', 'CASE', 'LOOP', 'REPEAT', 'WHILE']);
/** What a body may be besides: no block, so the next semicolon ends it. */
const simple =
  /^(ALTER|CALL|CREATE|DELETE|DO|DROP|INSERT|RENAME|REPLACE|RETURN|SELECT|SET|TRUNCATE|UPDATE|VALUES|WITH)$/;

/**
 * Follows the statements inside CREATE PROCEDURE, FUNCTION, TRIGGER and EVENT, to tell their semicolons from the one that
 * ends the whole. The client does not, and needs another DELIMITER; a migration needs none.
 */
export class StoredProgram {
  readonly #blocks: Block[] = [];
  #phase: 'unknown' | 'head' | 'body' | 'none' = 'unknown';
  #words: string[] = [];
  #kind?: ProgramKind;
  #parentheses = 0;
  #previous = '';
  #beforePrevious = '';
  /** Whether a statement of the body may begin here. */
  #mayBegin = false;
  /** Whether the statement of the body declares a handler, which ends in a statement. */
  #isHandler = false;

  /** The innermost block that is not closed yet: a semicolon here is inside of the statement. */
  get open(): Block | undefined {
    return this.#blocks.at(-1);
  }

  /** Takes the next token of a statement. */
  take(token: Token): void {
    if (this.#phase === 'none' || token.kind === 'conditional' || token.kind === 'hint') return;
    const word = token.kind === 'string' || token.kind === 'name' ? '~' : upper(token);
    if (this.#phase === 'unknown') this.#recognize(word);
    else if (this.#phase === 'head') this.#readHead(word, token.start);
    else this.#readBody(word, token.start);
    this.#beforePrevious = this.#previous;
    this.#previous = word;
  }

  #recognize(word: string): void {
    this.#words.push(word);
    const [first] = this.#words;
    if ((first !== 'CREATE' && first !== 'ALTER') || this.#words.length > longestHead) this.#phase = 'none';
    const [, created, altered] = head.exec(this.#words.join(' ')) ?? [];
    const kind = (created ?? altered) as ProgramKind | undefined;
    if (kind === undefined) return;
    this.#kind = kind;
    this.#phase = 'head';
  }

  #readHead(word: string, start: number): void {
    if (word === '(') this.#parentheses++;
    if (word === ')') this.#parentheses--;
    if (this.#parentheses > 0 || !this.#isBody(word)) return;
    this.#phase = 'body';
    this.#mayBegin = true;
    this.#readBody(word, start);
  }

  #isBody(word: string): boolean {
    const [previous, before] = [this.#previous, this.#beforePrevious];
    if (this.#kind === 'EVENT') return previous === 'DO';
    if (this.#kind === 'TRIGGER') {
      const isOrder = word === 'FOLLOWS' || word === 'PRECEDES';
      const hasOrder = before === 'FOLLOWS' || before === 'PRECEDES';
      return (previous === 'ROW' && before === 'EACH' && !isOrder) || hasOrder;
    }
    // RETURNS SET('a', 'b'), CHARACTER SET utf8mb4, and the name after IF NOT EXISTS.
    if (word === 'SET' && /^(RETURNS|CHARACTER|CHAR)$/.test(previous)) return false;
    if (word === 'IF' && previous === this.#kind) return false;
    return word === 'BEGIN' || word === ':' || compound.has(word) || simple.test(word);
  }

  #readBody(word: string, start: number): void {
    const begins = this.#mayBegin;
    this.#mayBegin = false;
    const top = this.open?.word;
    if (word === 'END' && (begins || ((top === 'case' || top === 'UNTIL') && this.#previous !== '.'))) {
      this.#blocks.pop();
    } else if (this.#previous === 'END' && compound.has(word)) {
      // END IF: it was closed at END.
    } else if (word === 'UNTIL' && begins) {
      this.#blocks.splice(-1, 1, { word, start });
    } else if ((word === 'BEGIN' || compound.has(word)) && (begins || this.#isHandler)) {
      this.#blocks.push({ word, start });
      this.#isHandler = false;
      this.#mayBegin = word === 'BEGIN' || word === 'LOOP' || word === 'REPEAT';
    } else if (word === 'CASE') {
      this.#blocks.push({ word: 'case', start });
    } else {
      this.#mayBegin = this.#isBeforeStatement(word, begins, top);
      if (word === 'HANDLER') this.#isHandler = true;
      else if (word === ';') this.#isHandler = false;
    }
  }

  #isBeforeStatement(word: string, begins: boolean, top: string | undefined): boolean {
    if (word === ';' || word === ':') return true;
    // Those of an expression are followed by a value.
    if (word === 'THEN' || word === 'ELSE') return top !== 'case';
    return word === 'DO' && !begins && top === 'WHILE';
  }
}
