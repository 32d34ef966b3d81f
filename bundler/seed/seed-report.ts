import { MigrationError } from '../../core/errors/index';
import type { ReportError } from '../report';

/** Bytes. An item of DynamoDB has at most 400 KB (aws-facts DDB-4); a quote that nothing closes would take all that follows. */
export const largestRow = 1_000_000;

/** Bytes of a file: far fewer than the bundler has time for. */
export const largestSeed = 200_000_000;

/** More of them say nothing new. */
const mostErrors = 10;

/** What is wrong in a seed file, each with its line. */
export class SeedReport {
  private count = 0;

  constructor(
    private readonly file: string,
    private readonly report: ReportError,
  ) {}

  /** Whether anything was wrong. */
  get hasErrors(): boolean {
    return this.count > 0;
  }

  /** Reports what is wrong with one row, after which the next is read. @throws the last error that is worth showing */
  row(line: number, message: string, hint: string): void {
    const error = this.error(line, message, hint);
    if (this.count >= mostErrors) throw error;
    this.report(error);
  }

  /** What is wrong and ends the reading. */
  error(line: number, message: string, hint: string): MigrationError {
    this.count += 1;
    return new MigrationError('INVALID_SEED', message, { hint, location: { file: this.file, line, column: 1 } });
  }

  /**
   * What ends the reading of a CSV file, by the code of the parser.
   * @param line at which the row begins
   * @param seenAt at which the parser noticed
   */
  csv(code: string, message: string, line: number, seenAt: number): MigrationError {
    if (code === 'CSV_MAX_RECORD_SIZE') return this.tooLong(line);
    const { what, hint } = csvProblems[code] ?? { what: message, hint: 'Write the row as RFC 4180 says.' };
    return this.error(code === 'CSV_QUOTE_NOT_CLOSED' ? line : seenAt, what, hint);
  }

  noRows(): MigrationError {
    return this.error(1, 'The file has no rows.', 'Write the rows, or delete the migration if it was never applied.');
  }

  /** What the system says of the file. @throws what is nothing of the kind */
  unreadable(error: unknown): MigrationError {
    if (error instanceof MigrationError) return error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return new MigrationError('UNREADABLE_FILE', `Cannot read the file: ${message}.`, {
      hint: 'Check its permissions.',
      location: { file: this.file },
      cause: error,
    });
  }

  tooLarge(bytes: number): MigrationError {
    const message = `The file has ${bytes} bytes; at most ${largestSeed} are allowed.`;
    return this.error(1, message, 'Divide it into several migrations, or load it with a job of its own.');
  }

  tooLong(line: number): MigrationError {
    return this.error(
      line,
      `A row has more than ${largestRow} bytes.`,
      'Close the quote, if one was left open. Load larger values with a job of its own.',
    );
  }
}

const csvProblems: Readonly<Record<string, { readonly what: string; readonly hint: string }>> = {
  CSV_QUOTE_NOT_CLOSED: {
    what: 'A quote is opened in this row, and never closed.',
    hint: 'Close it. Within quotes a quote is written twice.',
  },
  CSV_INVALID_CLOSING_QUOTE: {
    what: 'After the quote that closes a value comes neither a delimiter nor the end of the line.',
    hint: 'Within quotes a quote is written twice.',
  },
  INVALID_OPENING_QUOTE: {
    what: 'A value has a quote in it, but none at its beginning.',
    hint: 'Put the whole value in quotes, and write each quote in it twice.',
  },
};
