import type { CodeAction } from '../../bundle/bundle';
import { locationOf } from '../../bundle/code-lines';
import { MigrationError } from '../../errors/index';
import type { SqlConnection } from '../../ports';
import { inTransaction } from './sql';
import type { StepContext, StepKind } from './step';

/** Runs a function of a TypeScript migration, inside one transaction with its history row. */
export const codeStep: StepKind<CodeAction> = {
  describe: (action) => `${action.function}()`,
  observe: async () => null,
  invert: null,

  apply: (action, context) => inTransaction(context, (connection) => call(action, context, connection)),
};

async function call(action: CodeAction, context: StepContext, connection: SqlConnection): Promise<void> {
  const module = await context.module();
  const run = module[action.function];
  if (!run) {
    throw new MigrationError('CODE_MISSING', `${context.file} has no function ${action.function}().`, {
      hint: 'The bundle does not match the manifest: build and deploy it again.',
    });
  }
  let last: string | undefined;
  const watched: SqlConnection = {
    execute(statement, parameters) {
      last = statement;
      return connection.execute(statement, parameters);
    },
  };
  try {
    await run(watched);
  } catch (error) {
    if (error instanceof MigrationError && error.code !== 'STATEMENT_FAILED') throw error;
    throw new MigrationError(
      'CODE_FAILED',
      `${action.function}() threw: ${error instanceof Error ? error.message : String(error)}`,
      {
        location: locationOf(error, context.file, module.codeLines),
        payload: last === undefined ? {} : { statement: last },
        cause: error,
      },
    );
  }
}
