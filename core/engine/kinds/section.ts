import type { SqlAction, Statement } from '../../bundle/bundle';
import type { SectionResult } from '../../ports';
import { markOf, sectionOutcome, sqlOf } from './sql-context';
import type { StepContext, StepResult, TransactionKind } from './step-kind';

/** SQL statements in one transaction with the row that says they ran, so that a crash cannot separate the two. */
export const sectionStep: TransactionKind<SqlAction> = {
  durability: 'transaction',
  undoneBy: 'down',
  verifiesInTransaction: true,

  async perform({ statements }, context) {
    // Only where a migration can be applied in part does `down` meet what never came to be.
    const isCareful = context.phase === 'down' && !context.target.traits.transactionalDdl;
    return isCareful ? undo(statements, context) : run(statements, context);
  },
};

async function run(statements: readonly Statement[], context: StepContext): Promise<StepResult> {
  return sectionOutcome(await runSection(statements, context), [...statements, ...context.verify], context);
}

/** Runs the statements of `down`, without those whose tables or columns do not exist. */
async function undo(statements: readonly Statement[], context: StepContext): Promise<StepResult> {
  const result = await runSection(statements, context);
  const isMissing = result.outcome === 'failed' && sqlOf(context).standalone.saysMissing(result);
  if (!isMissing) return sectionOutcome(result, statements, context);
  return undo(
    statements.filter((_, index) => index !== result.statement),
    context,
  );
}

function runSection(statements: readonly Statement[], context: StepContext): Promise<SectionResult> {
  const { change, mark } = markOf(context);
  const { verify, attempt } = context;
  const texts = (of: readonly Statement[]) => of.map(({ text }) => text);
  return sqlOf(context).runSection({ change, mark, attempt, statements: texts(statements), verify: texts(verify) });
}
