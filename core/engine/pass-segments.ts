import { type ErrorCode, errorFromData } from '../errors/index';
import type { Segment } from '../ports/segments';

/** Those of these segments that are not done. */
export function unfinished(known: readonly Segment[], numbers: readonly number[]): readonly number[] {
  const done = new Set(known.filter(({ state }) => state === 'done').map(({ number }) => number));
  return numbers.filter((number) => !done.has(number));
}

/** The numbers of all segments of a pass. */
export function allSegments(of: number): readonly number[] {
  return Array.from({ length: of }, (_, number) => number);
}

/** A segment that failed in this attempt ends it. In a later one it is tried again. */
export function throwFailure(
  known: readonly Segment[],
  { attempt, file }: { readonly attempt: string; readonly file: string },
): void {
  const failed = known.find(({ state, failure }) => state === 'failed' && failure?.attempt === attempt);
  if (!failed?.failure) return;
  const { code, message, hint, line } = failed.failure;
  throw errorFromData(code as ErrorCode, message, { hint, location: { file, line } });
}
