import type { Observation } from '../../ledger/observation';
import {
  forwardOf,
  inDoubt,
  inStatement,
  known,
  located,
  lockedOut,
  markOf,
  refuseConflict,
  sectionOutcome,
  sqlOf,
  tagOf,
} from './sql-context';
import type { DdlAction, InvertResult, JournalKind, StepContext, StepResult } from './step-kind';

/**
 * A statement that commits by itself, on a database whose schema changes are not transactional. The ledger holds the intent
 * and how the database described the statement's objects before; after a crash the database is asked whether it still runs
 * the statement, then by name whether its effect is there, then whether it describes its objects otherwise now.
 */
export const ddlStep: JournalKind<DdlAction> = {
  durability: 'journal',
  undoneBy: 'down',

  refuse: (actions, context) =>
    refuseConflict(
      actions.map(({ statement }) => statement),
      context,
    ),

  async observe({ statement }, context): Promise<Observation> {
    // A database that was restored may know the statement although the ledger does not.
    if (await known(context)) return { exists: true };
    const { standalone } = sqlOf(context);
    const exists = (await standalone.look(statement.text)) === 'present';
    const fingerprint = await standalone.fingerprint(statement.text);
    return { exists, ...(fingerprint !== undefined && { fingerprint }) };
  },

  async perform(action, context, before): Promise<StepResult> {
    // A step that begins now has just been looked up.
    const already = context.resumed || before?.exists ? await known(context) : undefined;
    if (already) return already;
    if ((await run(action, context, before)) === 'wait') return 'wait';
    // One that is the whole of `down` has no mark of its own: all marks of the migration go when it is done.
    return markOf(context).change === 'remove' ? 'done' : record(context);
  },

  /** The history records what happened, so that `down` undoes it; it passes by what never came to be. */
  async invert(action, context, before): Promise<InvertResult> {
    const { standalone } = sqlOf(context);
    const forward = forwardOf(context);
    if (await standalone.isRunning(tagOf(forward))) {
      await standalone.stop(tagOf(forward));
      return 'wait';
    }
    if (await known(forward)) return 'happened';
    const happened = await tookEffect(action, forward, before);
    if (happened === false) return 'done';
    if (happened === undefined && !standalone.isRepeatable(action.statement.text)) {
      throw inDoubt(action.statement, context);
    }
    await record(forward);
    return 'happened';
  },
};

async function run(
  { statement }: DdlAction,
  context: StepContext,
  before: Observation | undefined,
): Promise<'done' | 'wait'> {
  const { standalone } = sqlOf(context);
  if (context.resumed) {
    if (await standalone.isRunning(tagOf(context))) return 'wait';
    const happened = await tookEffect({ type: 'ddl', statement }, context, before);
    if (happened) return 'done';
    const mayRun = happened === false || context.phase === 'down' || standalone.isRepeatable(statement.text);
    if (!mayRun) throw inDoubt(statement, context);
  }
  // Of a migration that was applied in part, `down` also meets what never came to be.
  const isUndoing = context.phase === 'down';
  const text = isUndoing ? await standalone.remainder(statement.text) : statement.text;
  if (text === undefined) return 'done';
  const result = await inStatement(statement, context, () => standalone.run(text, tagOf(context)));
  if (result === 'running') return 'wait';
  if (result === 'instantly') context.note('instantly');
  if (typeof result === 'object' && 'locked' in result) return lockedOut(result.locked, statement, context);
  if (typeof result === 'string' || isUndoing) return 'done';
  throw located(result.missing, statement, context);
}

/** Whether a statement that was begun took effect; undefined when the database does not tell. */
async function tookEffect(
  { statement }: DdlAction,
  context: StepContext,
  before: Observation | undefined,
): Promise<boolean | undefined> {
  const { standalone } = sqlOf(context);
  const found = await standalone.look(statement.text);
  // What was there before says nothing about the statement.
  if (!before?.exists && (found === 'present' || found === 'absent')) return found === 'present';
  const now = await standalone.fingerprint(statement.text);
  if (now === undefined || before?.fingerprint === undefined) return undefined;
  return now !== before.fingerprint;
}

async function record(context: StepContext): Promise<StepResult> {
  const { change, mark } = markOf(context);
  const { attempt } = context;
  const result = await sqlOf(context).runSection({ change, mark, statements: [], verify: [], attempt });
  return sectionOutcome(result, [], context);
}
