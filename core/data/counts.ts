import type { SegmentCounts } from '../ports/segments';

export const noCounts: SegmentCounts = {
  read: 0,
  unchanged: 0,
  updated: 0,
  deleted: 0,
  inserted: 0,
  kept: 0,
  failed: 0,
  restored: 0,
  wrong: 0,
  former: 0,
};

export function addCounts(a: SegmentCounts, b: Partial<SegmentCounts>): SegmentCounts {
  const names = Object.keys(noCounts) as (keyof SegmentCounts)[];
  return Object.fromEntries(names.map((name) => [name, a[name] + (b[name] ?? 0)])) as unknown as SegmentCounts;
}

export function sumCounts(all: readonly SegmentCounts[]): SegmentCounts {
  return all.reduce<SegmentCounts>(addCounts, noCounts);
}
