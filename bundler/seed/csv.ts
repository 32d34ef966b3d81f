import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Block } from './blocks';
import type { RowWriter } from './row-writer';
import { largestRow, type SeedReport } from './seed-report';

interface CsvRow {
  readonly record: readonly string[];
  /** `lines`: the last line of the row. */
  readonly info: { readonly lines: number };
}

/** Reads the rows of a CSV file, of which the first names the columns. */
export async function readCsv(
  blocks: AsyncIterable<Block>,
  delimiter: string,
  rows: RowWriter,
  report: SeedReport,
): Promise<void> {
  const { CsvError, parse } = await import('./csv-parser.js');
  // Numbers of columns are compared here, where the line at which a row begins is known.
  const parser = parse({
    ...{ delimiter, record_delimiter: '\n', info: true },
    ...{ relax_column_count: true, max_record_size: largestRow },
  });
  // What goes wrong in it ends the parser, and so the loop.
  pipeline(Readable.from(textsOf(blocks)), parser).catch(() => undefined);
  let line = 1;
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRow>) {
      if (rows.columns) addRow(record, line, rows.columns, rows, report);
      else rows.columns = checkColumns(record, report);
      line = info.lines + 1;
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw report.csv(error.code, error.message, line, Number(error['lines'] ?? line));
  }
}

async function* textsOf(blocks: AsyncIterable<Block>): AsyncGenerator<string> {
  for await (const { text } of blocks) yield text;
}

/** @throws MigrationError, because without columns no row has a meaning */
function checkColumns(names: readonly string[], report: SeedReport): readonly string[] {
  const hint = 'Let the first line name the columns, each once.';
  if (names.some((name) => name.trim() === ''))
    throw report.error(1, 'The first line has a column without a name.', hint);
  const double = names.find((name, index) => names.indexOf(name) !== index);
  if (double !== undefined) throw report.error(1, `Column ${JSON.stringify(double)} is there twice.`, hint);
  return names;
}

function addRow(
  record: readonly string[],
  line: number,
  columns: readonly string[],
  rows: RowWriter,
  report: SeedReport,
): void {
  if (record.length === columns.length) {
    rows.add(line, record);
    return;
  }
  const isEmpty = record.length === 1 && record[0] === '';
  const seen = isEmpty ? 'The line is empty' : `The row has ${countOf(record.length)}`;
  report.row(
    line,
    `${seen}; the first line names ${columns.length}.`,
    isEmpty
      ? 'Remove the line.'
      : 'Write one value for each column, and put values with a delimiter in them in quotes.',
  );
}

function countOf(values: number): string {
  return values === 1 ? '1 value' : `${values} values`;
}
