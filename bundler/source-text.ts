import type { ErrorLocation } from '../core/errors/index';

/** A text that can find the line of a position, counted in UTF-16 units, UTF-8 bytes or code points. */
export class SourceText {
  readonly #lineStarts: readonly number[];
  readonly #isAscii: boolean;
  #indexOfByte?: Uint32Array;

  /**
   * @param file its name in messages
   * @param firstLine the line of the file at which the text begins
   */
  constructor(
    readonly text: string,
    readonly file: string,
    readonly firstLine = 1,
  ) {
    this.#lineStarts = [0, ...Array.from(text.matchAll(/\n/g), (match) => match.index + 1)];
    this.#isAscii = Buffer.byteLength(text) === text.length;
  }

  /** The place of the UTF-16 unit at an index. Binary search over the lines. */
  locate(index: number): Required<ErrorLocation> {
    let low = 0;
    let high = this.#lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#lineStarts[middle]! <= index) low = middle;
      else high = middle;
    }
    return { file: this.file, line: this.firstLine + low, column: index - this.#lineStarts[low]! + 1 };
  }

  /** Index of the UTF-16 unit at a UTF-8 byte offset, as PostgreSQL's parser and scanner count. */
  indexOfByte(offset: number): number {
    if (this.#isAscii) return offset;
    this.#indexOfByte ??= byteIndex(this.text);
    return this.#indexOfByte[Math.min(offset, this.#indexOfByte.length - 1)]!;
  }

  /** Index of the UTF-16 unit at a code point offset, as PostgreSQL's error messages count. */
  indexOfCodePoint(offset: number): number {
    if (this.#isAscii) return offset;
    return Array.from(this.text).slice(0, offset).join('').length;
  }
}

function byteIndex(text: string): Uint32Array {
  const index = new Uint32Array(Buffer.byteLength(text) + 1);
  let at = 0;
  let byte = 0;
  for (const character of text) {
    const bytes = Buffer.byteLength(character);
    index.fill(at, byte, byte + bytes);
    byte += bytes;
    at += character.length;
  }
  index[byte] = at;
  return index;
}
