import type { ErrorLocation } from '../../core/errors/index';
import type { MigrationFile } from '../folder';
import { SourceText } from '../source-text';

/** Finds the parts of a declaration in the text of its file. A mere search: a computed text is not found. */
export class Places {
  readonly #source: SourceText;

  constructor(file: MigrationFile) {
    this.#source = new SourceText(file.source.replaceAll('\r\n', '\n'), file.location.file);
  }

  ofExport(): Required<ErrorLocation> {
    return this.#source.locate(Math.max(0, this.#source.text.search(/^export\s+default\b/m)));
  }

  /** Of code as it is written, or the export when it is written otherwise. */
  ofCode(code: string): Required<ErrorLocation> {
    const index = this.#source.text.indexOf(code);
    return index < 0 ? this.ofExport() : this.#source.locate(index);
  }

  /** Of a text in quotes. */
  ofText(text: string): Required<ErrorLocation> {
    const found = ["'", '"', '`']
      .map((quote) => this.#source.text.indexOf(`${quote}${text}${quote}`))
      .find((index) => index >= 0);
    return found === undefined ? this.ofExport() : this.#source.locate(found + 1);
  }
}
