import type { SqlAction, Statement } from '../../bundle/bundle';
import { MigrationError } from '../../errors/index';
import type { Observation } from '../../ledger/observation';
import type { SectionResult } from '../../ports';
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
import type { InvertResult, JournalKind, StepContext, StepResult } from './step-kind';

/**
 * One statement outside any transaction of ours. There is one such step for each statement, so that a crash leaves at
 * most one in doubt. Where the database can run it inside a section all the same, it does, and nothing is in doubt.
 * Otherwise the engine asks the database until it is known what became of the statement: its history, its sessions, its
 * catalogue. A statement that may be repeated is repeated; of anything else in doubt the engine says so rather than guess.
 */
export const standaloneStep: JournalKind<SqlAction> = {
  durability: 'journal',
  undoneBy: 'down',

  refuse: (actions, context) => refuseConflict(actions.map(only), context),

  async observe(action, context): Promise<Observation> {
    const statement = only(action);
    // A database that was restored may know the statement although the ledger does not.
    if (await known(context)) return { exists: true };
    const { standalone } = sqlOf(context);
    const found = await standalone.look(statement.text);
    if (found === 'present' || !isThere(found) || standalone.isRepeatable(statement.text)) {
      return { exists: isThere(found) };
    }
    const error = new MigrationError(
      'INDEX_EXISTS',
      'An index of this name exists, and it is not as this statement says.',
      {
        hint: 'Choose another name. The index that is there may be in use; removing it is a change of its own.',
      },
    );
    throw located(error, statement, context);
  },

  async perform(action, context, before): Promise<StepResult> {
    const statement = only(action);
    const { standalone } = sqlOf(context);
    // A section finds its row by itself.
    const already = standalone.runsAlone(statement.text) === 'no' ? undefined : await known(context);
    if (already) return already;
    const isAdopted = before?.exists === true && !standalone.isRepeatable(statement.text);
    if (!isAdopted) {
      const result = await settled(statement, context);
      if (result !== 'alone') return result;
      if ((await runAlone(statement, context)) === 'wait') return 'wait';
    }
    const { change, mark } = markOf(context);
    // One that is the whole of `down` has no mark of its own: all marks of the migration go when it is done.
    if (change === 'remove') return 'done';
    const recorded = sectionOutcome(await runSection(context, []), [], context);
    // What was there before is left when the migration is undone; that can be said only of a whole migration.
    return isAdopted && mark.phase === 'up' && context.isWholePhase ? 'foreign' : recorded;
  },

  async invert(action, context, before): Promise<InvertResult> {
    const statement = only(action);
    const { standalone } = sqlOf(context);
    const forward = forwardOf(context);
    if (await standalone.isRunning(tagOf(forward))) {
      await standalone.stop(tagOf(forward));
      return 'wait';
    }
    // Recorded or not, one that runs as a section is known to have happened or not.
    if (await known(forward)) return 'happened';
    if (standalone.runsAlone(statement.text) === 'no') return 'done';
    const found = await standalone.look(statement.text);
    if (found === undefined && !standalone.isRepeatable(statement.text)) throw inDoubt(statement, context);
    if (!isThere(found) || before?.exists) return 'done';
    return (await standalone.discard(statement.text, tagOf(forward))) === 'running' ? 'wait' : 'done';
  },
};

/** Runs a statement as a section if the database can, which runs it exactly once. `alone`: it cannot. */
async function settled(statement: Statement, context: StepContext): Promise<StepResult | 'alone'> {
  const { standalone } = sqlOf(context);
  const alone = standalone.runsAlone(statement.text);
  if (alone === 'yes') return 'alone';
  // An attempt of its own: its failure must not be reported to the call that records a statement which ran alone.
  const attempt = `${context.attempt} in a section`;
  const result = await runSection({ ...context, attempt }, [statement.text]);
  if (result.outcome === 'failed') {
    if (alone === 'maybe' && standalone.mustRunAlone(result.sqlState)) return 'alone';
    // Of a migration that was applied in part, `down` also meets what was never made.
    if (context.phase === 'down' && standalone.saysMissing(result)) {
      return sectionOutcome(await runSection(context, []), [], context);
    }
  }
  return sectionOutcome(result, [statement], context);
}

function runSection(context: StepContext, statements: readonly string[]): Promise<SectionResult> {
  const { change, mark } = markOf(context);
  return sqlOf(context).runSection({ change, mark, statements, verify: [], attempt: context.attempt });
}

async function runAlone(statement: Statement, context: StepContext): Promise<'done' | 'wait'> {
  const { standalone } = sqlOf(context);
  if (context.resumed) {
    const found = await lookAgain(statement, context);
    if (found !== undefined) return found;
  }
  const result = await inStatement(statement, context, () => standalone.run(statement.text, tagOf(context)));
  if (result === 'running') return 'wait';
  if (typeof result === 'string') return 'done';
  if ('locked' in result) return lockedOut(result.locked, statement, context);
  if (context.phase === 'down') return 'done';
  throw located(result.missing, statement, context);
}

/** Whether a statement that was begun took effect; undefined when it is to be run. */
async function lookAgain(statement: Statement, context: StepContext): Promise<'done' | 'wait' | undefined> {
  const { standalone } = sqlOf(context);
  if (await standalone.isRunning(tagOf(context))) return 'wait';
  const found = await standalone.look(statement.text);
  if (found === 'present') return 'done';
  if (found === 'building') return 'wait';
  // A build that failed leaves an index that is kept up to date but never used.
  if (found === 'broken' && (await standalone.discard(statement.text, tagOf(context))) === 'running') return 'wait';
  if (found !== undefined) return undefined;
  if (context.phase !== 'down' && !standalone.isRepeatable(statement.text)) throw inDoubt(statement, context);
  return undefined;
}

function isThere(found: string | undefined): boolean {
  return found !== undefined && found !== 'absent';
}

function only(action: SqlAction): Statement {
  return action.statements[0]!;
}
