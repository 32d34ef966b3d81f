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

/** Rows below their headings, columns as wide as their widest cell. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const width = (text: string) => stripVTControlCharacters(text).length;
  const widths = headings.map((heading, column) =>
    Math.max(width(heading), ...rows.map((row) => width(row[column] ?? ''))),
  );
  const line = (cells: readonly string[]) =>
    widths
      .map((wide, column) => (cells[column] ?? '') + ' '.repeat(wide - width(cells[column] ?? '')))
      .join('  ')
      .trimEnd();
  return [headings, widths.map((wide) => '-'.repeat(wide)), ...rows].map(line).join('\n');
}
