import { type DataAction, type DataPlace, sourceName } from '../../bundle/data-action';
import { sumCounts } from '../../data/counts';
import { HashSums } from '../../data/hash-sums';
import { MigrationError } from '../../errors/index';
import type { Observation } from '../../ledger/observation';
import type { ItemTable } from '../../ports/items';
import type { Pass, Segment } from '../../ports/segments';
import { allSegments, throwFailure, unfinished } from '../pass-segments';
import { noLimit } from '../pass-work';
import { isHeld, stopPass } from '../stop-pass';
import { aheadOf, passedBy } from './ahead';
import type { InvertResult, JournalKind, StepContext, StepResult } from './step-kind';

/** How many segments a large table has: ten for each of as many workers as there usually are, so that all end at about the same time. */
const mostSegments = 200;

/** A small table is not worth more of them. */
const itemsInSegment = 1_500;

/**
 * Into how many segments a table is divided.
 * @param items about how many the table has; undefined when it is not known that it is small
 */
export function segmentsFor(items: number | undefined): number {
  const enough = Math.ceil((items ?? Number.POSITIVE_INFINITY) / itemsInSegment);
  return Math.max(1, Math.min(mostSegments, enough));
}

/**
 * Works through all items of a table. The step itself only decides what is left to do: workers do it, each a segment under a
 * lease (core/data/run-segment), and the ledger holds how far each came.
 */
export const dataStep: JournalKind<DataAction> = {
  durability: 'segments',
  undoneBy: 'before-image',

  async observe(action, context) {
    const { source } = action;
    const table = 'file' in source ? undefined : await tableOf(source, context);
    const destination = action.destination && (await tableOf(action.destination, context));
    const isNew = destination && (await isNewTable(action.destination!, destination, context));
    const { data, migration } = context;
    const asked = await data.segments.asked(data.pass.scope, migration.id);
    // Nobody can ask anything of the pass itself before it was begun.
    const { rate } = asked;
    if (rate !== undefined) await data.segments.beginControl(passOf(context, 'forward'), { state: 'running', rate });
    const ahead = await aheadOf(context);
    if (ahead) return { exists: true, ...ahead };
    const items = 'file' in source ? source.rows : await table!.estimate();
    const segments = asked.segments ?? action.segments ?? segmentsFor(items);
    const division = await table?.divide(segments);
    // To put back copies no table is read.
    const undoDivision = action.undo === 'function' ? await destination?.divide(segments) : undefined;
    return {
      ...{ exists: true, segments },
      ...(division && { division }),
      ...(undoDivision && { undoDivision }),
      ...(isNew && { isNewDestination: true }),
    };
  },

  async perform(action, context, before) {
    const { segments, clock } = context.data;
    const pass = passOf(context, 'forward');
    const ahead = await passedBy(before, context);
    if (ahead === 'wait') return 'wait';
    const own = await segments.list(pass);
    throwFailure(own, context);
    const known = [...ahead, ...own];
    const open = unfinished(known, allSegments(segmentsOf(before)));
    if (open.length === 0) return finish(action, known, context, ahead.length);
    if (context.data.deadline !== undefined && clock.now() >= context.data.deadline) {
      return timeIsOver(action, known, segmentsOf(before), context);
    }
    const { state } = await segments.control(pass);
    if (state === 'cancelled') throw cancelled(context);
    if (state === 'paused') return 'wait';
    return giveToWorkers(pass, known, open, segmentsOf(before), context);
  },

  async invert(action, context, before): Promise<InvertResult> {
    if (action.pass === 'check' || action.undo === 'nothing') return 'done';
    if (context.migration.contract === 'done' && action.undo === 'before-image') throw imagesAreGone(context);
    const { segments, clock } = context.data;
    const forward = passOf(context, 'forward');
    const begun = await stopPass({ segments, clock }, forward);
    if (begun === 'wait') return 'wait';
    const ahead = await passedBy(before, context);
    if (ahead === 'wait') return 'wait';
    // What made the table is undone next, which deletes it.
    if (before?.isNewDestination && action.undo === 'before-image') return 'done';
    const pass = passOf(context, 'undo');
    const known = await segments.list(pass);
    throwFailure(known, context);
    const touched = new Set(begun.map(({ number }) => number));
    // What was done ahead stays.
    const open = unfinished([...known, ...ahead], allSegments(segmentsOf(before))).filter(
      (number) => action.undo === 'function' || touched.has(number),
    );
    if (open.length > 0) return giveToWorkers(pass, known, open, segmentsOf(before), context);
    const { restored, updated, kept } = sumCounts(known.map(({ counts }) => counts));
    context.data.report('items-restored', { restored: restored + updated, kept });
    context.data.leave(kept);
    return 'done';
  },
};

function passOf({ data }: StepContext, direction: Pass['direction']): Pass {
  return { ...data.pass, direction };
}

async function tableOf(place: DataPlace, { data, migration }: StepContext): Promise<ItemTable> {
  const target = await data.targetOf(place.target);
  if (target.items) return target.items.table(place.table);
  throw new MigrationError(
    'WRONG_DATABASE_KIND',
    `${migration.id} works on items of target ${place.target}, which is ${target.databaseKind}.`,
    { payload: { migration: migration.id, databaseKind: target.databaseKind } },
  );
}

/** Nobody else writes to such a table: the application learns of it when it is updated. */
async function isNewTable(place: DataPlace, table: ItemTable, { data }: StepContext): Promise<boolean> {
  if (!(await data.hasMade(place))) return false;
  const whole = { number: 0, of: 1, division: await table.divide(1) };
  const { items, next } = await table.page(whole, undefined, 1);
  return items.length === 0 && next === undefined;
}

function segmentsOf(before: Observation | undefined): number {
  return before?.segments ?? 1;
}

/** Waits for workers of an earlier process, if they hold all that is left. */
function giveToWorkers(
  pass: Pass,
  known: readonly Segment[],
  open: readonly number[],
  of: number,
  { data, attempt }: StepContext,
): 'work' | 'wait' {
  const now = data.clock.now();
  const held = new Set(known.filter((one) => isHeld(one) && one.leaseUntil > now).map(({ number }) => number));
  const free = open.filter((number) => !held.has(number));
  if (free.length === 0) return 'wait';
  // Going back takes as long as it takes.
  const until = (pass.direction === 'forward' && data.deadline) || noLimit;
  data.begin({ pass, of, segments: free, attempt, until });
  return 'work';
}

/** @param ahead how many of the segments were done ahead */
function finish(action: DataAction, known: readonly Segment[], context: StepContext, ahead: number): StepResult {
  const counts = sumCounts(known.map((segment) => segment.counts));
  const sums = known.reduce((sum, segment) => sum.addAll(segment.sums ?? {}), new HashSums());
  const table = sourceName(action);
  context.data.report(action.pass === 'check' ? 'items-checked' : 'items-transformed', {
    table,
    ...counts,
    sums: sums.toJSON(),
    ...(ahead > 0 && { ahead }),
  });
  if (counts.failed > action.mayFail) {
    throw new MigrationError(
      'ITEMS_FAILED',
      `${counts.failed} items of ${table} could not be transformed; ${action.mayFail} may.`,
      {
        payload: { table, failed: counts.failed, allowed: action.mayFail },
        location: { file: context.file },
        hint: '`migrations backfill status` lists them with their reasons. Correct the transform, or let more fail with `mayFail`.',
      },
    );
  }
  if (counts.wrong > 0) {
    throw new MigrationError(
      'ITEMS_WRONG',
      `${counts.wrong} of ${counts.read} items of ${table} are not as they must be.`,
      {
        payload: { table, wrong: counts.wrong },
        location: { file: context.file },
        hint: '`migrations backfill status` lists them. Correct the migration, or what still writes such items.',
      },
    );
  }
  return 'done';
}

/** @throws FORWARD_TIMEOUT, unless the work may go on after the answer */
function timeIsOver(action: DataAction, known: readonly Segment[], of: number, context: StepContext): StepResult {
  const percent = Math.floor((known.filter(({ state }) => state === 'done').length / of) * 100);
  if (action.finish === 'background') {
    // The sweep checks everything.
    if (action.pass === 'check') return 'done';
    const table = sourceName(action);
    context.data.report('items-left', { table, percent });
    context.data.tell(
      `${percent} % of the items of ${table} are transformed; the others follow when the stack update is complete, and nothing has to be done for it.`,
    );
    return 'done';
  }
  throw new MigrationError(
    'FORWARD_TIMEOUT',
    `The time limit for applying migrations expired with ${percent} % of the items of ${sourceName(action)} transformed.`,
    {
      location: { file: context.file },
      hint: "Let it end after the answer with finish: 'background', give the construct more workers (`backfillConcurrency`), or a longer `forwardTimeout`.",
    },
  );
}

function cancelled({ migration, file }: StepContext): MigrationError {
  return new MigrationError(
    'BACKFILL_CANCELLED',
    `The work on ${migration.id} was cancelled by \`migrations backfill cancel\`.`,
    {
      payload: { migration: migration.id },
      location: { file },
      hint: 'Deploy again when it may be done.',
    },
  );
}

function imagesAreGone({ migration, file }: StepContext): MigrationError {
  return new MigrationError(
    'IRREVERSIBLE',
    `${migration.id} (${file}) was committed, and what it takes to put its items back was deleted then.`,
    {
      payload: { migration: migration.id },
      hint: 'Restore the table from its backup, or write a new migration that transforms the items back.',
    },
  );
}
