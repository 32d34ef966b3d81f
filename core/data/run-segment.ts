import { locationOf } from '../bundle/code-lines';
import { sourceName } from '../bundle/data-action';
import { hasCode, MigrationError } from '../errors/index';
import type { ItemChange, ItemSource, ItemTable, StoredItem } from '../ports/items';
import type { Control, Segment } from '../ports/segments';
import { check } from './check';
import { addCounts, noCounts } from './counts';
import { EndlessFunction } from './each-item';
import { HashSums } from './hash-sums';
import { inPlace } from './in-place';
import { budgetOf, type LatencyBudget } from './latency-budget';
import { Pace } from './pace';
import { gentlePage, itemsOfPart, pageAtRate } from './page-size';
import { type PageResult, type PageTools, type PageWork, type UnmadeChange, unmadeOf } from './page-work';
import { restore } from './restore';
import { HeldSegment, segmentLease } from './segment-lease';
import {
  type DataTables,
  type SegmentResult,
  type SegmentWork,
  type WorkerLimits,
  type WorkerPorts,
  writtenTable,
} from './segment-work';
import { shown } from './shown-error';
import { toDestination } from './to-destination';

/**
 * Works on one segment: takes it, and goes on page by page from where it was left, until it ends or something stops it. Each
 * page is recorded when it is done. A page that a dead worker left half done is met again, and finds done what is done.
 *
 * @param worker names this worker; no two have the same name
 */
export async function runSegment(
  ports: WorkerPorts,
  work: SegmentWork,
  worker: string,
  limits: WorkerLimits,
): Promise<SegmentResult> {
  const { segments, clock } = ports;
  const taken = await segments.take(work.pass, work.number, work.of, worker, clock.now() + segmentLease);
  if (!taken) return 'busy';
  const held = new HeldSegment(segments, work.pass, clock, taken);
  try {
    return await new SegmentRun(ports, work, held, limits).run();
  } catch (error) {
    if (hasCode(error, 'LEASE_LOST')) return 'lost';
    if (!(error instanceof MigrationError) || isForNow(error)) throw error;
    await held.release({ state: 'failed', failure: failureOf(error, work) });
    return 'failed';
  }
}

/** Errors that say nothing of the items: whoever takes the segment next tries again. */
function isForNow(error: MigrationError): boolean {
  return ['TARGET_UNREACHABLE', 'DATABASE_BUSY', 'STATEMENT_TIMEOUT', 'STATE_CHANGED'].includes(error.code);
}

class SegmentRun {
  private readonly pace: Pace;
  private readonly sums: HashSums;
  /** Milliseconds of the slowest request of the page at hand. */
  private latency = 0;
  private budget: LatencyBudget | undefined;
  /** At the page at hand. */
  private hasBudget = false;

  constructor(
    private readonly ports: WorkerPorts,
    private readonly work: SegmentWork,
    private readonly held: HeldSegment,
    private readonly limits: WorkerLimits,
  ) {
    this.pace = new Pace(ports.clock);
    this.sums = new HashSums(held.segment.sums);
  }

  async run(): Promise<SegmentResult> {
    const tables = await this.work.open({
      scope: this.work.pass.scope,
      token: this.held.segment.token,
      guard: () => this.held.guard(),
      segment: { pass: this.work.pass, number: this.work.number },
    });
    try {
      return await this.pages(tables);
    } finally {
      this.budget?.leave();
    }
  }

  private async pages(tables: DataTables): Promise<SegmentResult> {
    const { clock } = this.ports;
    for (;;) {
      const isDue = await this.pace.beforePage();
      // After the segment was taken: who cancels looks for held segments afterwards, and so waits for this one.
      const control = await this.ports.segments.control(this.work.pass);
      if (control.state !== 'running') return this.stop(control.state);
      if (clock.now() >= this.limits.stopBy) return this.stop('continue');
      if (!isDue) {
        await this.held.guard();
        continue;
      }
      const isDone = await this.page(tables, control);
      if (isDone !== undefined) return isDone;
    }
  }

  private async stop<R extends SegmentResult>(result: R): Promise<R> {
    await this.held.release();
    return result;
  }

  private async page(tables: DataTables, control: Control): Promise<'done' | 'failed' | undefined> {
    const { clock } = this.ports;
    const startedAt = clock.now();
    this.latency = 0;
    const { result, next } = await (this.work.pass.direction === 'undo' && this.work.action.undo === 'before-image'
      ? this.restorePage(tables)
      : this.forwardPage(tables, control));
    if (result.left.length > 0) await this.ports.segments.noteLeft(this.work.pass, result.left);
    const counts = addCounts(this.held.segment.counts, result.counts);
    const change = { counts, checkpoint: next, sums: this.sums.toJSON() };
    if (counts.failed > this.work.action.mayFail) {
      // Noted as far as it came: the items that failed are met again when the segment is tried again.
      await this.held.release({
        state: 'failed',
        failure: failureOf(this.itemsFailed(counts.failed, result), this.work),
      });
      return 'failed';
    }
    if (next === undefined) {
      await this.held.release({ ...change, state: 'done', endedAt: new Date(clock.now()).toISOString() });
      return 'done';
    }
    await this.held.save(change);
    // Otherwise the latency budget holds.
    if (control.rate !== undefined || !this.budget) {
      const rate = control.rate === undefined ? undefined : control.rate / Math.max(1, this.limits.workers);
      const items = (result.counts.read ?? 0) + (result.counts.restored ?? 0);
      this.pace.afterPage({ items, took: clock.now() - startedAt, latency: this.latency }, rate);
    }
    return undefined;
  }

  private async forwardPage(tables: DataTables, control: Control) {
    const { number, of, division } = this.work;
    const { checkpoint } = this.held.segment;
    // A function that undoes is given what the transform made, where it is.
    const used: DataTables = this.work.pass.direction === 'undo' ? { source: writtenTable(tables) } : tables;
    this.hasBudget = control.rate === undefined && this.mayHaveBudget();
    const size = this.hasBudget ? gentlePage(this.limits, of, this.budget) : pageAtRate(this.limits, control.rate);
    const read = async () => {
      const { items, next } = await used.source.page({ number, of, division }, checkpoint, size);
      return { left: [...items], next };
    };
    const { left, next } = await this.timed(read);
    if (this.hasBudget) await this.joinBudget(used, left[0], next !== undefined);
    const budget = this.hasBudget ? this.budget : undefined;
    let result = nothing;
    while (left.length > 0) {
      // Taken out: what is done with is garbage before the page ends, so memory does not grow with it.
      const part = left.splice(0, itemsOfPart(budget));
      // Also where nothing is written, it must not seem to have died.
      await this.held.guard();
      const work = () => this.pageWork()(part, this.tools(used)).catch((error: unknown) => this.fail(error));
      result = addResults(result, await (budget ? budget.turn(work) : work()));
    }
    return { result, next };
  }

  /** What is taken back is waited for, and goes fast. */
  private mayHaveBudget(): boolean {
    const { pass, action } = this.work;
    return this.limits.budgets !== undefined && budgetOf(action) !== undefined && pass.direction === 'forward';
  }

  /** Looks how the application fares while this works on its table, unless that takes only a moment. */
  private async joinBudget({ source }: DataTables, first: StoredItem | undefined, isMore: boolean): Promise<void> {
    const { pass, action, of } = this.work;
    const isSmall = of === 1 && !isMore;
    const budget = budgetOf(action);
    // Nobody else reads the file of rows.
    if (this.budget || !first || isSmall || !budget || !isTable(source)) return;
    const { scope, deployment, key, step } = pass;
    const name = [scope, deployment, key, step].join('|');
    this.budget = this.limits.budgets?.of(name, this.ports.clock, budget);
    await this.budget?.join(() => source.find([first.item]));
  }

  private async restorePage(tables: DataTables) {
    const before = this.held.segment.checkpoint?.['before'] as number | undefined;
    const batch = await this.ports.segments.images(
      { ...this.work.pass, direction: 'forward' },
      this.work.number,
      before,
    );
    if (!batch) return { result: nothing, next: undefined };
    const result = await restore(batch.images, writtenTable(tables));
    return { result, next: { before: batch.number } };
  }

  private pageWork(): PageWork {
    const { pass, action, functions } = this.work;
    if (action.pass === 'check') return check;
    if (pass.direction === 'undo') return inPlace(functions.undo!, 'undo');
    return action.destination ? toDestination : inPlace(functions.transform!);
  }

  /** The item that a function does not return for is noted, and ends the work: each such item would take as long. */
  private async fail(error: unknown): Promise<never> {
    if (!(error instanceof EndlessFunction)) throw error;
    const { pass, action, file } = this.work;
    await this.ports.segments.noteLeft(pass, [{ key: error.key, why: 'failed', reason: error.message }]);
    const table = sourceName(action);
    throw new MigrationError(
      'ENDLESS_FUNCTION',
      `A function of the migration does not return for an item of ${table}.`,
      {
        payload: { table },
        hint: '`migrations backfill status` names the item. Look for a loop without an end, and for a regular expression that takes very long.',
        location: { file },
      },
    );
  }

  private tools(tables: DataTables): PageTools {
    return { ...tables, work: this.work, sums: this.sums, write: (table, changes) => this.write(table, changes) };
  }

  private async write(table: ItemTable, changes: readonly ItemChange[]): Promise<readonly UnmadeChange[]> {
    if (changes.length === 0) return [];
    await this.held.guard();
    if (this.work.keepsImages) {
      const number = this.held.nextBatch();
      const images = changes.map((change) => table.beforeImage(change));
      await this.ports.segments.keepImages(this.work.pass, { segment: this.work.number, number, images });
    }
    return unmadeOf(changes, await this.timed(() => table.write(changes, this.work.keepsImages)));
  }

  private async timed<T>(request: () => Promise<T>): Promise<T> {
    const startedAt = this.ports.clock.now();
    const result = await request();
    this.latency = Math.max(this.latency, this.ports.clock.now() - startedAt);
    return result;
  }

  private itemsFailed(count: number, { error }: PageResult): MigrationError {
    const { file, codeLines, action } = this.work;
    const location = locationOf(error, file, codeLines);
    const where = location.line === undefined ? '' : ` (first at line ${location.line})`;
    const table = sourceName(action);
    return new MigrationError(
      'ITEMS_FAILED',
      `${count} items of ${table} could not be transformed${where}; ${action.mayFail} may. ${shown(error)}`.trim(),
      {
        payload: { table, failed: count, allowed: action.mayFail },
        hint: '`migrations backfill status` lists them with their reasons. Correct the transform, or let more fail with `mayFail`.',
        location,
      },
    );
  }
}

function isTable(source: ItemSource): source is ItemTable {
  return 'find' in source;
}

const nothing: PageResult = { counts: {}, left: [] };

function addResults(a: PageResult, b: PageResult): PageResult {
  return {
    counts: addCounts({ ...noCounts, ...a.counts }, b.counts),
    left: [...a.left, ...b.left],
    error: a.error ?? b.error,
  };
}

function failureOf(
  { code, message, hint, location }: MigrationError,
  { attempt }: SegmentWork,
): NonNullable<Segment['failure']> {
  return { attempt, code, message, hint, file: location?.file, line: location?.line };
}
