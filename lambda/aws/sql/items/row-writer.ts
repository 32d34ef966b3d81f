import { setTimeout as sleep } from 'node:timers/promises';
import { MigrationError } from '../../../../core/errors/index';
import type { ChangeResult, HeldLease } from '../../../../core/ports';
import type { DataApi } from '../data-api';
import type { ItemDialect } from './item-dialect';
import { type ChangeGroup, groupsOf, type RowChange } from './row-change';
import { RowReader } from './row-reader';
import { fenceOf, type SegmentFence } from './segment-fence';
import type { TableShape } from './table-shape';

/** Milliseconds between looks at rows that others have locked. Going forward, the next worker tries again. */
const pauses: readonly number[] = [20, 50, 100, 200, 400, 800];
/** Going back nobody does: a minute more. */
const pausesToUndo: readonly number[] = [...pauses, ...Array.from({ length: 20 }, () => 3_000)];

/** How often a statement is sent that the locks of others broke off. */
const mostAttempts = 5;

/** Makes changes of rows, many with one statement. Before each the lease is looked at. */
export class RowWriter {
  private readonly fence: SegmentFence | undefined;

  constructor(
    private readonly api: DataApi,
    private readonly lease: HeldLease,
    private readonly dialect: ItemDialect,
  ) {
    this.fence = fenceOf(lease);
  }

  /** The results are in the order of the changes. */
  async write(table: TableShape, changes: readonly RowChange[]): Promise<readonly ChangeResult[]> {
    const results = new Map<RowChange, ChangeResult>();
    for (const group of groupsOf(changes)) await this.writeGroup(table, group, results);
    return changes.map((change) => results.get(change) ?? 'conflict');
  }

  /** What is not written is either not as it was read, or locked by others: that is tried again. */
  private async writeGroup(
    table: TableShape,
    group: ChangeGroup,
    results: Map<RowChange, ChangeResult>,
  ): Promise<void> {
    const reader = new RowReader(this.api, this.dialect, table);
    const isUndo = this.fence !== undefined && this.fence.floor > 0;
    let pending = group.changes;
    for (const pause of [...(isUndo ? pausesToUndo : pauses), undefined]) {
      await this.writeSome(table, { ...group, changes: pending }, results);
      pending = pending.filter((change) => !results.has(change));
      if (pending.length === 0 || group.change === 'insert' || group.change === 'put') return;
      const locked = await reader.matching(pending, group.when);
      pending = locked.map((n) => pending[n]!);
      if (pending.length === 0) return;
      if (pause !== undefined) await sleep(pause);
    }
    if (!isUndo) throw busy();
    for (const change of pending) results.set(change, { refused: busy() });
  }

  /** A statement fails as a whole for one row: the halves are tried by themselves, until that row is found. */
  private async writeSome(table: TableShape, group: ChangeGroup, results: Map<RowChange, ChangeResult>): Promise<void> {
    try {
      const written = await this.patiently(() => this.dialect.write(this.api, table, group, this.fence));
      for (const n of written) results.set(group.changes[n]!, 'written');
    } catch (error) {
      if (!this.dialect.isOfRow(error) || !(error instanceof MigrationError)) throw error;
      const [first] = group.changes as [RowChange];
      if (group.changes.length === 1) {
        results.set(first, { refused: error });
        return;
      }
      const half = Math.ceil(group.changes.length / 2);
      await this.writeSome(table, { ...group, changes: group.changes.slice(0, half) }, results);
      await this.writeSome(table, { ...group, changes: group.changes.slice(half) }, results);
    }
  }

  /** Repeats what the locks of others broke off. @throws DATABASE_BUSY */
  async patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      await this.lease.guard();
      try {
        return await work();
      } catch (error) {
        if (!this.dialect.isContended(error)) throw error;
        if (attempt === mostAttempts) throw busy(error);
        await sleep(Math.random() * 100 * attempt);
      }
    }
  }
}

function busy(cause?: unknown): MigrationError {
  return new MigrationError('DATABASE_BUSY', 'Others hold locks that the work on rows needs.', {
    hint: 'The work is tried again. See which transactions are open for long.',
    cause,
  });
}
