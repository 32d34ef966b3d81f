import type { LatencyBudget } from './latency-budget';
import type { WorkerLimits } from './segment-work';

/** Seconds that a page takes at the rate that was asked for: what is asked next is looked at after it. */
const pageSeconds = 5;

/** Of a page: what is made of them is garbage before the next ones are worked on. */
const itemsAtOnce = 100;

/**
 * Items while the application must not be held up, because a database that does one thing at a time lets it wait for each request
 * of ours: of a table that is done at once, in a moment; of the first page of a larger one; of a page, for each worker that works on
 * average; and of a part of it.
 */
const gently = { small: 500, first: 50, page: 250, part: 5 };

/** As many items as most requests may change (aws-facts DDB-13). */
const oneRequest = 25;

/** Items of a page. @param rate items a second of all workers together; 0 or undefined for no limit */
export function pageAtRate({ pageSize, workers }: WorkerLimits, rate: number | undefined): number {
  if (!rate) return pageSize;
  return Math.min(pageSize, Math.max(1, Math.round((rate / Math.max(1, workers)) * pageSeconds)));
}

/**
 * Items of a page beside an application.
 * @param of how many segments there are
 * @param budget undefined for the first page of a segment
 */
export function gentlePage({ pageSize }: WorkerLimits, of: number, budget: LatencyBudget | undefined): number {
  if (!budget) return Math.min(pageSize, of === 1 ? gently.small : gently.first);
  if (budget.isUnlimited) return pageSize;
  // So that a page takes about as long.
  return Math.min(pageSize, Math.max(gently.part, Math.round(gently.page * budget.load)));
}

/** Items of a part of a page: what takes the load up from little to all is made larger in steps that can be felt. */
export function itemsOfPart(budget: LatencyBudget | undefined): number {
  if (!budget || budget.isUnlimited) return itemsAtOnce;
  return budget.load < 1 ? gently.part : oneRequest;
}
