import type { ErrorLocation } from '../errors/index';
import type { CodeLines } from './bundle';

/**
 * The line of the source file that a line of its compiled code comes from, or undefined when it comes from elsewhere.
 * @internal
 */
export function sourceLineOf(lines: CodeLines, compiled: number): number | undefined {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle]![0] <= compiled) low = middle + 1;
    else high = middle;
  }
  return lines[low - 1]?.[1] || undefined;
}

/** The location in the source file that the stack trace of an error names, if it names one. */
export function locationOf(error: unknown, file: string, lines: CodeLines): ErrorLocation {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const frame = stack.split('\n').find((line) => line.includes(`${file}:`)) ?? '';
  // A frame ends in line and column, a syntax error begins with the line alone.
  const compiled = Number(/:(\d+)(?::\d+)?\)?$/.exec(frame)?.[1]);
  return { file, line: Number.isNaN(compiled) ? undefined : sourceLineOf(lines, compiled) };
}
