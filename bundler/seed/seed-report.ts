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
