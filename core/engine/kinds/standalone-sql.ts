import type { SqlAction, Statement } from '../../bundle/bundle';
import { MigrationError } from '../../errors/index';
import type { Observation } from '../../ledger/state';
import { inStatement, located, markOf, sectionOutcome, sqlOf } from './sql-context';
import type { JournalKind, StepContext, StepResult } from './step-kind';

/**
 * One statement outside any transaction. There is one such step for each statement, so that a crash leaves at most one
 * in doubt. Where the database shows the effect, the engine looks; a statement that may be repeated is repeated; of
 * anything else in doubt the engine says so rather than guess.
 */
export const standaloneStep: JournalKind<SqlAction> = {
  durability: 'journal',
  undoneBy: 'down',

  async observe(action, context): Promise<Observation> {
    const statement = only(action);
    const { standalone } = sqlOf(context);
    const found = await standalone.look(statement.text);
    if (found !== 'present' || standalone.isRepeatable(statement.text)) return { exists: found === 'present' };
    const error = new MigrationError('INDEX_EXISTS', 'The index that this statement creates already exists.', {
      hint: 'Choose another name, or write CREATE INDEX CONCURRENTLY IF NOT EXISTS.',
    });
    throw located(error, statement, context);
  },

  async perform(action, context): Promise<StepResult> {
    const result = await runStatement(only(action), context);
    const { change, mark } = markOf(context);
    // One that is the whole of `down` has no mark of its own: all marks of the migration go when it is done.
    if (result === 'wait' || change === 'remove') return result;
    const recorded = await sqlOf(context).runSection({
      ...{ change, mark, attempt: context.attempt },
      statements: [],
      verify: [],
    });
    return sectionOutcome(recorded, [], context);
  },

  async invert(action, context, before): Promise<StepResult> {
    const statement = only(action);
    const { standalone } = sqlOf(context);
    const shown = (await standalone.look(statement.text)) !== undefined;
    if (shown && !before?.exists) await standalone.discard(statement.text);
    else if (!shown && !standalone.isRepeatable(statement.text)) throw inDoubt(statement, context);
    return 'done';
  },
};

async function runStatement(statement: Statement, context: StepContext): Promise<'done' | 'wait'> {
  const { standalone } = sqlOf(context);
  if (context.resumed) {
    const found = await lookAgain(statement, context);
    if (found !== undefined) return found;
  }
  const result = await inStatement(statement, context, () => standalone.run(statement.text));
  if (result === 'done') return 'done';
  if (result === 'running') return 'wait';
  if (context.phase === 'down') return 'done';
  throw located(result.missing, statement, context);
}

/** Whether a statement that was begun took effect; undefined when it is to be run. */
async function lookAgain(statement: Statement, context: StepContext): Promise<'done' | 'wait' | undefined> {
  const { standalone } = sqlOf(context);
  const found = await standalone.look(statement.text);
  if (found === 'present') return 'done';
  if (found === 'building') return 'wait';
  // A build that failed leaves an index that is kept up to date but never used.
  if (found === 'broken') await standalone.discard(statement.text);
  if (found !== undefined) return undefined;
  if (await isRecorded(context)) return 'done';
  if (context.phase !== 'down' && !standalone.isRepeatable(statement.text)) throw inDoubt(statement, context);
  return undefined;
}

async function isRecorded(context: StepContext): Promise<boolean> {
  const { mark } = markOf(context);
  const history = (await context.target.history()) ?? [];
  return history.some(({ id, phase, step }) => id === mark.id && phase === mark.phase && step === mark.step);
}

function inDoubt(statement: Statement, context: StepContext): MigrationError {
  const error = new MigrationError(
    'OUTCOME_UNKNOWN',
    'The process died while this statement ran outside a transaction, and the database does not show whether it took effect.',
    { hint: 'Inspect the database, complete or undo the statement by hand, then run `migrations repair`.' },
  );
  return located(error, statement, context);
}

function only(action: SqlAction): Statement {
  return action.statements[0]!;
}
