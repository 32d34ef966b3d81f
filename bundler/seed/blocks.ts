import { createReadStream, statSync } from 'node:fs';
import { largestRow, largestSeed, type SeedReport } from './seed-report';

/** Some lines of a file, each with the end of line that it has. */
export interface Block {
  readonly text: string;
  /** The line of the file at which it begins. */
  readonly line: number;
}

const lineFeed = 0x0a;

/**
 * Reads a file as blocks of whole lines, so that a large file takes little memory, with `\r\n` read as `\n`.
 * @param onText is given all of the text, for its checksum
 * @throws MigrationError `INVALID_SEED`
 */
export async function* readBlocks(
  path: string,
  report: SeedReport,
  onText: (text: string) => void,
): AsyncGenerator<Block> {
  const { size } = statSync(path);
  if (size > largestSeed) throw report.tooLarge(size);
  let line = 1;
  let rest = Buffer.alloc(0);
  const blockOf = (bytes: Buffer): Block => {
    const text = decode(bytes, line, report).replaceAll('\r\n', '\n');
    onText(text);
    const block = { text: line === 1 ? text.replace(/^\uFEFF/, '') : text, line };
    line += text.split('\n').length - 1;
    return block;
  };
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    const bytes = Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(lineFeed) + 1;
    rest = bytes.subarray(end);
    if (end > 0) yield blockOf(bytes.subarray(0, end));
    if (rest.length > largestRow) throw report.tooLong(line);
  }
  if (rest.length > 0) yield blockOf(rest);
}

function decode(bytes: Buffer, firstLine: number, report: SeedReport): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw report.error(wrongLine(bytes, firstLine), 'It is not UTF-8.', 'Save the file as UTF-8.');
  }
}

/** The end of a line is never part of another character. */
function wrongLine(bytes: Buffer, firstLine: number): number {
  let line = firstLine;
  for (let start = 0; start < bytes.length; line += 1) {
    const end = bytes.indexOf(lineFeed, start) + 1 || bytes.length;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end;
  }
  return line;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
