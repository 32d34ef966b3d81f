import { stripVTControlCharacters, styleText } from 'node:util';
import type { ExitCode } from './exit-codes';

/** What a command found or did, as data and as text. The wrapper in ./command.ts prints one of the two. */
export interface Report {
  /** Printed with `--json`. Its shape is a public contract, see docs/cli.md. */
  readonly data: unknown;
  readonly text: string;
  /** @default 0 */
  readonly exitCode?: ExitCode;
}

export type Colour = 'green' | 'red' | 'yellow' | 'cyan' | 'gray' | 'bold';

/** Where a command writes. Passed to it, so that tests and the demo can listen. */
export interface Terminal {
  readonly json: boolean;
  readonly verbose: boolean;
  /** Prints a line while the command works. Silent with `--json`, when only the result goes to stdout. */
  say(line: string): void;
  /** Prints a line on stderr, also with `--json`. */
  warn(line: string): void;
  print(report: Report): void;
  /** Colours the text if stdout shows colours. */
  paint(colour: Colour, text: string): string;
}

export function terminal({ json = false, verbose = false }: { json?: boolean; verbose?: boolean }): Terminal {
  const colours = showsColours(process.stdout, process.env);
  const warningColours = showsColours(process.stderr, process.env);
  const write = (line: string) => void process.stdout.write(`${line}\n`);
  return {
    json,
    verbose,
    say: (line) => (json ? undefined : write(line)),
    warn: (line) => void process.stderr.write(`${warningColours ? line : stripVTControlCharacters(line)}\n`),
    print: ({ data, text }) => write(json ? JSON.stringify(data, null, 2) : text),
    paint: (colour, text) => (colours ? styleText(colour, text) : text),
  };
}

/** https://no-color.org: any value that is not empty means no colours. */
function showsColours(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
}

/** Columns that what is printed fits into, also where nobody says how wide the terminal is. */
const narrowest = 80;

/** How wide a line may be. */
export function lineWidth(): number {
  return Math.max(narrowest, process.stdout.columns ?? 0);
}

/** A text in at most so many columns. */
export function clip(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text;
}

/** Words on lines that are no wider, all but the first one indented. A word that is wider has a line of its own. */
export function wrap(text: string, width: number, indent = '  '): string {
  const lines: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(lines.length === 0 ? word : `${indent}${word}`);
  }
  return lines.join('\n');
}

/**
 * Rows below their headings, columns as wide as their widest cell. What would be wider than the line is taken from the
 * column that may be clipped.
 */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  clipped: number = headings.length - 1,
): string {
  const width = (text: string) => stripVTControlCharacters(text).length;
  const natural = headings.map((heading, column) =>
    Math.max(width(heading), ...rows.map((row) => width(row[column] ?? ''))),
  );
  const surplus = natural.reduce((sum, wide) => sum + wide + gap.length, -gap.length) - lineWidth();
  const widths = natural.map((wide, column) =>
    column === clipped && surplus > 0 ? Math.max(width(headings[column]!), wide - surplus) : wide,
  );
  const line = (cells: readonly string[]) =>
    widths
      .map((wide, column) => {
        const cell = cells[column] ?? '';
        const shown = column === clipped ? clip(cell, wide) : cell;
        return shown + ' '.repeat(Math.max(0, wide - width(shown)));
      })
      .join(gap)
      .trimEnd();
  return [headings, widths.map((wide) => '-'.repeat(wide)), ...rows].map(line).join('\n');
}

const gap = '  ';

/** A time as people read it: `2026-11-23 14:56:06`, in UTC. */
export function shortTime(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}

/** What a command found in several scopes: with `--json` in a list, as text one below the other. */
export function combined(reports: readonly Report[]): Report {
  const [first] = reports;
  if (first && reports.length === 1) return first;
  return {
    data: { scopes: reports.map(({ data }) => data) },
    text: reports.map(({ text }) => text).join('\n\n'),
    exitCode: reports.map(({ exitCode }) => exitCode).find((code) => code !== undefined && code !== 0),
  };
}
