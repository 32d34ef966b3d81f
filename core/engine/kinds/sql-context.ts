import type { Statement } from '../../bundle/bundle';
import { redactLiterals, redactMessage } from '../../bundle/redaction';
import { errorFromData, MigrationError, withDetails } from '../../errors/index';
import type { HistoryChange, HistoryMark, LockWait, SectionResult, SqlDatabase, StatementConflict } from '../../ports';
import { lockError } from './lock-error';
import type { StepContext, StepResult } from './step-kind';

export function sqlOf({ target, migration }: StepContext): SqlDatabase {
  if (target.sql) return target.sql;
  throw new MigrationError('WRONG_DATABASE_KIND', `${migration.id} is SQL, but its target is ${target.databaseKind}.`, {
    payload: { migration: migration.id, databaseKind: target.databaseKind },
  });
}

/**
 * How a step changes the history. The only step of `down` removes what the migration has there, in its own transaction;
 * one of several adds a mark of its own, and all marks go when the last of them is done.
 */
export function markOf(context: StepContext): { readonly change: HistoryChange; readonly mark: HistoryMark } {
  const { migration, phase, step, isWholePhase } = context;
  const mark: HistoryMark = {
    id: migration.id,
    phase: phase === 'contract' || phase === 'down' ? phase : 'up',
    step,
    checksum: migration.checksum,
    deployment: migration.deployment,
  };
  return { change: phase === 'down' && isWholePhase ? 'remove' : 'add', mark };
}

/** What a section's result means for its step. @throws the error of a section that failed, with its location in the file */
export function sectionOutcome(
  result: SectionResult,
  statements: readonly Statement[],
  context: StepContext,
): StepResult {
  switch (result.outcome) {
    case 'done':
    case 'already':
      return 'done';
    case 'foreign':
      return 'foreign';
    case 'edited':
      throw edited(result.checksum, context);
    case 'failed': {
      const { message, sqlState, errorNumber } = result;
      const error = new MigrationError('STATEMENT_FAILED', message, { payload: { sqlState, errorNumber } });
      throw located(error, statements[result.statement], context);
    }
    case 'locked':
      if (context.mayWaitForLock(result.wait)) return 'wait';
      throw located(lockError(result.wait), statements[result.statement], context);
    case 'unverified':
      throw unverified(result.returned, statements[result.statement]!, context);
  }
}

/** @param value what a verify statement returned: JSON, or how many rows */
export function unverified(value: string, statement: Statement, context: StepContext): MigrationError {
  const returned = describeReturned(value);
  const message = `Verification failed: expected one row with true, got ${returned}.`;
  return located(new MigrationError('VERIFY_FAILED', message, { payload: { returned } }), statement, context);
}

/**
 * What a row of the history says of a step: that its own deployment did it (`done`), or another one (`foreign`).
 * @throws CHECKSUM_MISMATCH when another file did (G5)
 */
function meaningOf(known: HistoryMark, context: StepContext): 'done' | 'foreign' {
  const { mark } = markOf(context);
  if (known.checksum !== mark.checksum) throw edited(known.checksum, context);
  return known.deployment === mark.deployment ? 'done' : 'foreign';
}

/** What a statement returned may be data of a user, so only its kind is told. */
function describeReturned(value: string): string {
  if (['false', 'null'].includes(value) || /^(\d+|several) rows$|^no column$/.test(value)) return value;
  if (value.startsWith('"')) return 'a string';
  return /^-?\d/.test(value) ? 'a number' : 'another value';
}

/** The same migration was applied by another deployment, and its file was different then (G5). */
function edited(applied: string, { migration, file }: StepContext): MigrationError {
  return new MigrationError(
    'CHECKSUM_MISMATCH',
    `${migration.id} was edited after it was applied: the database recorded checksum ${applied.slice(0, 12)}, but the file has ${migration.checksum.slice(0, 12)}.`,
    {
      payload: { migrations: [migration.id] },
      location: { file },
      hint: 'An applied migration must never change. Restore the file as it was, and add a new migration for the change.',
    },
  );
}

/** A statement's error, with the location of the statement in the file. */
export async function inStatement<T>(statement: Statement, context: StepContext, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    // Losing the lease says nothing about the statement.
    if (!(error instanceof MigrationError) || !statementErrors.includes(error.code)) throw error;
    throw located(error, statement, context);
  }
}

const statementErrors: readonly string[] = ['STATEMENT_FAILED', 'STATEMENT_TIMEOUT', 'LOCK_NOT_AVAILABLE'];

/**
 * A statement's error as it may leave the database: with its location, and without literals, which may be secrets (G6).
 *
 * @param statement undefined for what belongs to no statement, such as a deferred constraint
 */
export function located(
  error: MigrationError,
  statement: Statement | undefined,
  { file, target }: StepContext,
): MigrationError {
  if (!statement) return withDetails(error, { location: { file } });
  const { doubleQuotes } = target.traits;
  const details = {
    location: { file, line: statement.line, column: statement.column },
    payload: { ...error.payload, statement: redactLiterals(statement.text, doubleQuotes) },
    cause: error.cause,
    hint: error.hint,
  };
  const sqlState = error.payload.sqlState as string | undefined;
  // What the database says repeats literals; its own words for the rest are ours to keep.
  return errorFromData(error.code, redactMessage(error.message, statement.text, sqlState, doubleQuotes), details);
}

/**
 * For a statement that let go because others held its lock. An earlier process may have waited before.
 * @throws LOCK_NOT_AVAILABLE when they held it for too long
 */
export function lockedOut(locked: LockWait, statement: Statement, context: StepContext): 'wait' {
  const before = context.now() - (context.begunAt ?? context.now()) - locked.timeout;
  const wait = { ...locked, waited: Math.max(locked.waited, before) };
  if (context.mayWaitForLock(wait)) return 'wait';
  throw located(lockError(wait), statement, context);
}

/** What the database's history says of the step; undefined when it says nothing. */
export async function known(context: StepContext): Promise<'done' | 'foreign' | undefined> {
  const { change, mark } = markOf(context);
  if (change === 'remove') return undefined;
  const history = (await context.target.history()) ?? [];
  const found = history.find(({ id, phase, step }) => id === mark.id && phase === mark.phase && step === mark.step);
  return found && meaningOf(found, context);
}

/** Names one run of one statement in the list of the database's sessions. */
export function tagOf(context: StepContext): string {
  const { id, phase, step, deployment } = markOf(context).mark;
  return [context.migration.identity, id, phase, step, deployment].join(' ');
}

/** A step is inverted in the context of the phase that is undone. */
export function forwardOf(context: StepContext): StepContext {
  return { ...context, phase: context.phase === 'down' ? 'up' : context.phase };
}

export function inDoubt(statement: Statement, context: StepContext): MigrationError {
  const error = new MigrationError(
    'OUTCOME_UNKNOWN',
    'The answer to this statement outside a transaction was lost, and the database does not show whether it took effect.',
    { hint: 'Inspect the database, complete or undo the statement by hand, then run `migrations repair`.' },
  );
  return located(error, statement, context);
}

/**
 * Before anything is done: when a later statement met what was there before, `down` could not tell that from what the migration made,
 * and would drop it.
 */
export async function refuseConflict(statements: readonly Statement[], context: StepContext): Promise<void> {
  const found = await sqlOf(context).standalone.conflict(statements.map(({ text }) => text));
  if (!found) return;
  // A database that was restored may have what the ledger does not know.
  const history = (await context.target.history()) ?? [];
  if (history.some(({ id }) => id === context.migration.id)) return;
  throw located(conflictError(found), statements[found.statement]!, context);
}

function conflictError({ object, is }: StatementConflict): MigrationError {
  const nothing = 'Nothing of the migration was run.';
  const hint =
    'See with `migrations drift` what else was changed by hand. Change it back, or correct the migration. If the database had it before its first migration, the target needs a `baseline`.';
  return is === 'there'
    ? new MigrationError('OBJECT_EXISTS', `The ${object} is there already. ${nothing}`, { payload: { object }, hint })
    : new MigrationError('OBJECT_MISSING', `There is no ${object}. ${nothing}`, { payload: { object }, hint });
}
