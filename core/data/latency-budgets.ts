import type { Clock } from '../ports/index';
import { type Budget, LatencyBudget } from './latency-budget';

/** What a process knows of the latency of the table that it works on, kept from one segment to the next. */
export class LatencyBudgets {
  private known: { readonly name: string; readonly budget: LatencyBudget } | undefined;

  /** @param workers how many this process has at the same time */
  constructor(private readonly workers: number) {}

  /** @param name of what is worked on: a process works on one thing at a time, and forgets the one before */
  of(name: string, clock: Clock, budget: Budget): LatencyBudget {
    if (this.known?.name !== name) this.known = { name, budget: new LatencyBudget(clock, budget, this.workers) };
    return this.known.budget;
  }
}
