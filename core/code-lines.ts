import type { CodeLines } from './bundle';

/** The line of the source file that a line of its compiled code comes from, or undefined when it comes from elsewhere. */
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
