import type { SqlAction, Statement } from '../../bundle/bundle';
import { MigrationError } from '../../errors/index';
import type { Observation } from '../../ledger/state';
import type { SqlTarget } from '../../ports';
import { markOf, runOne, sqlTarget } from './sql';
import type { StepContext, StepKind, StepResult } from './step';

/**
 * One statement that PostgreSQL runs only outside a transaction (aws-facts RDS-10). The run record holds one such step
 * per statement, so that a crash leaves at most one in doubt. An index can be looked at; a statement that may be
 * repeated is repeated; anything else in doubt is left to a person rather than guessed.
 */
export const standaloneStep: StepKind<SqlAction> = {
  describe: (action) => firstWords(only(action).text),

  async observe(action, context): Promise<Observation> {
    const index = createdIndex(only(action).text);
    if (!index) return { exists: false };
    const found = await lookUp(index, sqlTarget(context));
    if (found !== 'valid' || isRepeatable(only(action).text)) return { exists: found === 'valid' };
    throw new MigrationError('INDEX_EXISTS', `The index ${index} exists already.`, {
      location: { file: context.file, line: only(action).line, column: only(action).column },
      hint: 'Choose another name, or write CREATE INDEX CONCURRENTLY IF NOT EXISTS.',
    });
  },

  async apply(action, context): Promise<StepResult> {
    const result = await runStatement(only(action), sqlTarget(context), context);
    // The way back has no rows of its own: the rows of `up` go when all of it is done.
    if (result === 'waiting' || context.phase === 'down') return result;
    const recorded = await sqlTarget(context).transact('add', markOf(context), async () => undefined);
    return recorded === 'foreign' ? 'foreign' : 'done';
  },

  async invert(action, context, before): Promise<StepResult> {
    const statement = only(action);
    const index = createdIndex(statement.text);
    if (index && !before.exists) await sqlTarget(context).execute(`DROP INDEX CONCURRENTLY IF EXISTS ${index}`);
    else if (!index && !isRepeatable(statement.text)) throw inDoubt(statement, context);
    return 'done';
  },
};

async function runStatement(statement: Statement, target: SqlTarget, context: StepContext): Promise<StepResult> {
  const index = createdIndex(statement.text);
  if (context.resumed) {
    const found = index ? await lookUp(index, target) : 'none';
    if (found === 'valid') return 'done';
    if (found === 'building') return 'waiting';
    // A failed concurrent build leaves an index that is kept up to date but never used.
    if (found === 'invalid') await target.execute(`DROP INDEX CONCURRENTLY IF EXISTS ${index}`);
    if (!index && (await isRecorded(context, target))) return 'done';
    if (!index && context.phase === 'up' && !isRepeatable(statement.text)) throw inDoubt(statement, context);
  }
  try {
    await runOne(statement, context, () => target.execute(statement.text));
    return 'done';
  } catch (error) {
    if (error instanceof MigrationError && error.code === 'STATEMENT_TIMEOUT' && index) return 'waiting';
    if (context.phase === 'down' && isAbsence(error)) return 'done';
    throw error;
  }
}

async function isRecorded(context: StepContext, target: SqlTarget): Promise<boolean> {
  const mark = markOf(context);
  const history = await target.history();
  return history.some(({ id, phase, step }) => id === mark.id && phase === mark.phase && step === mark.step);
}

type IndexState = 'none' | 'valid' | 'invalid' | 'building';

async function lookUp(index: string, target: SqlTarget): Promise<IndexState> {
  const name = `to_regclass('${index.replaceAll("'", "''")}')`;
  const { rows } = await target.execute(
    `SELECT i.indisvalid AS valid, EXISTS (SELECT 1 FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid) AS building ` +
      `FROM pg_index i WHERE i.indexrelid = ${name}`,
  );
  const row = rows[0];
  if (!row) return 'none';
  if (row.valid === true) return 'valid';
  return row.building === true ? 'building' : 'invalid';
}

/** Name of the index that a statement creates, as it stands in the text. */
function createdIndex(text: string): string | undefined {
  const match =
    /^create\s+(?:unique\s+)?index\s+(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?((?:"(?:[^"]|"")+"|[\w$.])+)\s+on\s/i.exec(
      text.trim(),
    );
  const name = match?.[1];
  if (!name || /^(on)$/i.test(name)) return undefined;
  return qualify(name, text);
}

/** An index lives in its table's schema, whatever the search path says. */
function qualify(name: string, text: string): string {
  const table = /\son\s+(?:only\s+)?((?:"(?:[^"]|"")+"|[\w$])+)\.((?:"(?:[^"]|"")+"|[\w$])+)/i.exec(text);
  return table ? `${table[1]}.${name}` : name;
}

const repeatable = /^\s*(vacuum|analyze|reindex|refresh|cluster|checkpoint)\b|\bif\s+(not\s+)?exists\b/i;

function isRepeatable(text: string): boolean {
  return repeatable.test(text);
}

/** SQLSTATEs for "does not exist": what an undo of a half-done migration may meet. */
const absences = ['42P01', '42703', '42704', '42883', '3F000'];

function isAbsence(error: unknown): boolean {
  return error instanceof MigrationError && absences.includes(String(error.payload.sqlState));
}

function inDoubt(statement: Statement, context: StepContext): MigrationError {
  return new MigrationError(
    'OUTCOME_UNKNOWN',
    'The process died while this statement ran outside a transaction, and nothing in the database tells whether it took effect.',
    {
      location: { file: context.file, line: statement.line, column: statement.column },
      payload: { statement: statement.text },
      hint: 'Look at the database, finish or undo the statement by hand, then run `migrations repair`.',
    },
  );
}

function only(action: SqlAction): Statement {
  return action.statements[0]!;
}

function firstWords(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
