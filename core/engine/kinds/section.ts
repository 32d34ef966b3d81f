import type { SqlAction } from '../../bundle/bundle';
import { markOf, sectionOutcome, sqlOf } from './sql-context';
import type { TransactionKind } from './step-kind';

/** SQL statements in one transaction with the row that says they ran, so that a crash cannot separate the two. */
export const sectionStep: TransactionKind<SqlAction> = {
  durability: 'transaction',
  undoneBy: 'down',
  verifiesInTransaction: true,

  async perform({ statements }, context) {
    const { change, mark } = markOf(context);
    const { verify, attempt } = context;
    const texts = (of: typeof statements) => of.map(({ text }) => text);
    const section = { change, mark, attempt, statements: texts(statements), verify: texts(verify) };
    return sectionOutcome(await sqlOf(context).runSection(section), [...statements, ...verify], context);
  },
};
