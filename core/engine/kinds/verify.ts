import type { VerifyAction } from '../../bundle/bundle';
import { inStatement, sqlOf, unverified } from './sql-context';
import type { JournalKind } from './step-kind';

/** Questions to the database after a step that could not ask them in its own transaction. */
export const verifyStep: JournalKind<VerifyAction> = {
  durability: 'journal',
  undoneBy: 'nothing',
  observe: async () => undefined,
  invert: async () => 'done',

  async perform({ statements }, context) {
    for (const statement of statements) {
      const sql = sqlOf(context);
      const { rows } = await inStatement(statement, context, () => sql.query(statement.text));
      const values = rows.map((row) => Object.values(row)[0]);
      if (values.length === 1 && sql.isTrue(values[0])) continue;
      throw unverified(values.length === 1 ? JSON.stringify(values[0]) : `${values.length} rows`, statement, context);
    }
    return 'done';
  },
};
