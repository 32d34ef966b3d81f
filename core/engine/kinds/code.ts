import type { CodeAction } from '../../bundle/bundle';
import { locationOf } from '../../bundle/code-lines';
import { redactLiterals, redactMessage } from '../../bundle/redaction';
import { hasCode, MigrationError } from '../../errors/index';
import type { SqlConnection } from '../../ports';
import { markOf, sectionOutcome, sqlOf } from './sql-context';
import type { StepContext, TransactionKind } from './step-kind';

/** Runs a function of a TypeScript migration, inside one transaction with its history row. */
export const codeStep: TransactionKind<CodeAction> = {
  durability: 'transaction',
  undoneBy: 'down',

  async perform(action, context) {
    const { change, mark } = markOf(context);
    const work = (connection: SqlConnection) => call(action, context, connection);
    return sectionOutcome(await sqlOf(context).transact(change, mark, work, context.attempt), [], context);
  },
};

async function call(action: CodeAction, context: StepContext, connection: SqlConnection): Promise<void> {
  const module = await context.module();
  const run = module[action.function];
  if (!run) {
    throw new MigrationError('CODE_MISSING', `${context.file} has no function ${action.function}().`, {
      payload: { migration: context.migration.id },
      hint: 'The bundle does not match its manifest: build and deploy it again.',
    });
  }
  let last: string | undefined;
  let infrastructure: { readonly error: unknown } | undefined;
  const watched: SqlConnection = {
    async execute(statement, parameters) {
      last = statement;
      try {
        return await connection.execute(statement, parameters);
      } catch (error) {
        if (!hasCode(error, 'STATEMENT_FAILED')) infrastructure ??= { error };
        throw error;
      }
    },
  };
  try {
    await run(watched);
  } catch (error) {
    // A lost transaction or a throttled call is no fault of the migration, whatever it made of the error.
    if (infrastructure) throw infrastructure.error;
    throw new MigrationError(
      'CODE_FAILED',
      `${action.function}() threw: ${redactMessage(error instanceof Error ? error.message : String(error), last ?? '', '', context.target.traits.doubleQuotes)}`,
      {
        location: locationOf(error, context.file, module.codeLines),
        payload: last === undefined ? {} : { statement: redactLiterals(last, context.target.traits.doubleQuotes) },
      },
    );
  }
  // A function that caught it has not done what it should have: its transaction is over.
  if (infrastructure) throw infrastructure.error;
}
