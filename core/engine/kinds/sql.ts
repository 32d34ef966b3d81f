import type { SqlAction, Statement } from '../../bundle/bundle';
import { MigrationError } from '../../errors/index';
import type { HistoryMark, SqlConnection, SqlTarget } from '../../ports';
import type { StepContext, StepKind, StepResult } from './step';

/** SQL statements in one transaction with the row that says they ran, so that a crash cannot separate the two. */
export const sqlStep: StepKind<SqlAction> = {
  describe: (action) => `${action.statements.length} SQL statement${action.statements.length === 1 ? '' : 's'}`,
  observe: async () => null,
  invert: null,

  async apply(action, context): Promise<StepResult> {
    return inTransaction(context, (connection) => runAll(action.statements, connection, context));
  },
};

/**
 * Runs work together with its history row: `up` and `contract` add theirs, `down` removes the row of `up`, and does
 * nothing when there is none.
 */
export async function inTransaction(
  context: StepContext,
  work: (connection: SqlConnection) => Promise<void>,
): Promise<StepResult> {
  const change = context.phase === 'down' ? 'remove' : 'add';
  const result = await sqlTarget(context).transact(change, markOf(context), work);
  return result === 'foreign' ? 'foreign' : 'done';
}

async function runAll(
  statements: readonly Statement[],
  connection: SqlConnection,
  context: StepContext,
): Promise<void> {
  for (const statement of statements) {
    await runOne(statement, context, () => connection.execute(statement.text));
  }
}

/** A statement's error, with the place in the file where the statement stands. */
export async function runOne<T>(statement: Statement, context: StepContext, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    // Losing the lease says nothing about the statement.
    if (!(error instanceof MigrationError) || !statementErrors.includes(error.code)) throw error;
    throw new MigrationError(error.code, error.message, {
      location: { file: context.file, line: statement.line, column: statement.column },
      payload: { ...error.payload, statement: statement.text },
      hint: error.hint,
      cause: error,
    });
  }
}

const statementErrors: readonly string[] = ['STATEMENT_FAILED', 'STATEMENT_TIMEOUT'];

/** Each verify statement must return one row whose first column is true. */
export async function verifySql(statements: readonly Statement[], context: StepContext): Promise<void> {
  for (const statement of statements) {
    const { rows } = await runOne(statement, context, () => sqlTarget(context).execute(statement.text));
    const values = rows.map((row) => Object.values(row)[0]);
    if (values.length === 1 && values[0] === true) continue;
    throw new MigrationError(
      'VERIFY_FAILED',
      `Verification returned ${describeRows(values)}, one row with true is expected.`,
      {
        location: { file: context.file, line: statement.line, column: statement.column },
        payload: { statement: statement.text },
      },
    );
  }
}

function describeRows(values: readonly unknown[]): string {
  return values.length === 1 ? `${JSON.stringify(values[0])}` : `${values.length} rows`;
}

export function markOf(context: StepContext): HistoryMark {
  const { migration, phase, step } = context;
  return {
    id: migration.id,
    phase: phase === 'contract' ? 'contract' : 'up',
    step,
    checksum: migration.checksum,
    deployment: migration.deployment,
  };
}

export function sqlTarget(context: StepContext): SqlTarget {
  if (context.target.engine === 'aurora-postgresql') return context.target;
  throw new MigrationError(
    'WRONG_ENGINE',
    `${context.migration.id} is SQL, but its target is ${context.target.engine}.`,
  );
}
