import { seen } from '../../core/data/values';
import type { Block } from './blocks';
import type { RowWriter } from './row-writer';
import { largestRow, type SeedReport } from './seed-report';

/** Reads items, one in each line. */
export async function readJsonLines(blocks: AsyncIterable<Block>, rows: RowWriter, report: SeedReport): Promise<void> {
  for await (const { text, line: first } of blocks) {
    const lines = text.replace(/\n$/, '').split('\n');
    for (const [index, content] of lines.entries()) {
      const read = readLine(content);
      if ('what' in read) report.row(first + index, read.what, read.hint);
      else rows.add(first + index, [read.item]);
    }
  }
}

interface Problem {
  readonly what: string;
  readonly hint: string;
}

function readLine(line: string): { readonly item: object } | Problem {
  if (line.trim() === '') return { what: 'The line is empty.', hint: 'Remove the line.' };
  if (Buffer.byteLength(line) > largestRow) {
    return { what: `The line has more than ${largestRow} bytes.`, hint: 'Load larger values with a job of its own.' };
  }
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // The words of the parser show the text, and differ from one Node.js to the next.
    return { what: 'The line is not valid JSON.', hint: 'Write one JSON object in each line.' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return {
      what: `The line is ${seen(value)}, and no JSON object.`,
      hint: 'Write one item in each line: { "id": "a" }.',
    };
  }
  const lost = inexactNumber(line);
  if (lost === undefined) return { item: value };
  return {
    what: `The number ${lost} has more digits than a number of JavaScript holds.`,
    hint: 'Write it as a text, and let the transform make of it what the table needs.',
  };
}

/** The first number that is another one after it was read. */
function inexactNumber(line: string): string | undefined {
  const withoutTexts = line.replace(/"(?:[^"\\]|\\.)*"/g, '');
  const numbers = withoutTexts.match(/-?\d[\d.eE+-]*/g) ?? [];
  return numbers.find((text) => significant(text) !== significant(String(Number(text))));
}

/** Its digits without the zeros at both ends, so that 1.50 is 1.5, and 1e400 is not Infinity. */
function significant(text: string): string {
  const [digits = ''] = text.replace(/^-/, '').split(/e/i);
  return digits.replace('.', '').replace(/^0+|0+$/g, '');
}
