import type { BundledMigration } from '../../core/bundle/bundle';
import { type AheadRequest, beginAhead } from '../../core/engine/ahead/begin-ahead';
import { beginUndoAhead, endUndoAhead } from '../../core/engine/ahead/undo-ahead';
import { type AheadResult, type AheadTools, undoAhead, workAhead } from '../../core/engine/ahead/work-ahead';
import { RequestRun } from '../../core/engine/request-run';
import type { HeldLease, SegmentCounts } from '../../core/ports';
import { type MemoryWorld, scope } from './memory-world';

let count = 0;

/** What `migrations backfill start` does. */
export async function startAhead(
  world: MemoryWorld,
  migration: BundledMigration,
  change: Pick<AheadRequest, 'segments' | 'rate'> = {},
): Promise<AheadResult> {
  const { Targets: targets } = world.revision('ahead', []);
  const work = await underLease(world, (run) => beginAhead(run, { migration, targets, ...change }));
  return workAhead(world.ports, work, toolsOf(world, migration));
}

/** What `migrations backfill undo` does. */
export async function undoStarted(world: MemoryWorld, migration: BundledMigration): Promise<SegmentCounts> {
  const [begun] = await world.segments.aheads(scope);
  const work = await underLease(world, (run) => beginUndoAhead(run, begun!));
  const counts = await undoAhead(world.ports, work, toolsOf(world, migration));
  await underLease(world, (run) => endUndoAhead(run, work, counts));
  return counts;
}

function toolsOf(world: MemoryWorld, { id, file }: BundledMigration): AheadTools {
  const { codeLines, ...functions } = world.bundles.modules.get(id)!;
  count += 1;
  const { Targets: targets } = world.revision('ahead', []);
  return {
    ...{ scope, file, functions, codeLines, targets, process: `ahead ${count}` },
    limits: { pageSize: world.pageSize, workers: 2 },
  };
}

async function underLease<T>(world: MemoryWorld, work: (run: RequestRun) => Promise<T>): Promise<T> {
  const { ports } = world;
  const lease = (await ports.leases.acquire(scope, { id: 'cli', description: 'cli' }, false)) as HeldLease;
  try {
    const recorded = await world.request({ kind: 'settle', repair: false });
    const limits = { stopBy: world.clock.time + 60_000, pollInterval: 500 };
    return await work(new RequestRun(ports, lease, limits, recorded, await ports.ledger.load(scope)));
  } finally {
    await ports.leases.release(lease);
  }
}
