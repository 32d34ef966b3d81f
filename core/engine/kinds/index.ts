import type { Action, SqlAction } from '../../bundle/bundle';
import type { SqlDatabase, Target } from '../../ports';
import { codeStep } from './code';
import { dataStep } from './data';
import { ddlStep } from './ddl';
import { sectionStep } from './section';
import { standaloneStep } from './standalone-sql';
import type { StepAction, StepKind } from './step-kind';
import { tableStep } from './table';
import { verifyStep } from './verify';

export type { StepAction, StepContext, StepResult, Wait } from './step-kind';

/** The kind of step that performs an action. All that a kind uses of the world is in core/ports. */
export function kindOf(action: StepAction): StepKind<StepAction> {
  // TypeScript cannot see that the kind found by an action's type takes that action.
  return kindFor(action) as StepKind<StepAction>;
}

function kindFor(action: StepAction) {
  switch (action.type) {
    case 'sql':
      return action.transaction ? sectionStep : standaloneStep;
    case 'ddl':
      return ddlStep;
    case 'table':
      return tableStep;
    case 'code':
      return codeStep;
    case 'data':
      return dataStep;
    case 'verify':
      return verifyStep;
  }
}

/**
 * Actions as steps: what is no transaction becomes one step for each statement, so that a crash leaves at most one in
 * doubt. On a database whose schema changes are not transactional that is every statement that changes the schema.
 */
export function singleSteps(
  actions: readonly Action[],
  { sql, traits }: Pick<Target, 'sql' | 'traits'>,
): readonly StepAction[] {
  return actions.flatMap((action): readonly StepAction[] => {
    if (action.type !== 'sql') return [action];
    if (sql && !traits.transactionalDdl) return inUnits(action, sql);
    return action.transaction
      ? [action]
      : action.statements.map((statement) => ({ ...action, statements: [statement] }));
  });
}

function inUnits(action: SqlAction, sql: SqlDatabase): readonly StepAction[] {
  let next = 0;
  return sql.units(action.statements.map(({ text }) => text)).flatMap((unit): readonly StepAction[] => {
    const statements = action.statements.slice(next, next + unit.statements);
    next += unit.statements;
    if (!unit.transactional) return statements.map((statement) => ({ type: 'ddl', statement }));
    const transactions = action.transaction ? [statements] : statements.map((statement) => [statement]);
    return transactions.map((one) => ({ type: 'sql', transaction: true, statements: one }));
  });
}
