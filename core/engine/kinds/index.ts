import type { Action } from '../../bundle/bundle';
import { codeStep } from './code';
import { sqlStep } from './sql';
import { standaloneStep } from './standalone-sql';
import type { StepKind } from './step';
import { tableStep } from './table';

export { verifySql } from './sql';
export type { StepContext, StepKind, StepResult } from './step';

/** The kind of step that performs an action. */
export function stepFor(action: Action): StepKind<Action> {
  if (action.type === 'sql') return (action.transaction ? sqlStep : standaloneStep) as StepKind<Action>;
  return (action.type === 'table' ? tableStep : codeStep) as StepKind<Action>;
}

/** Statements outside a transaction become one step each, so that a crash leaves at most one in doubt. */
export function singleSteps(actions: readonly Action[]): readonly Action[] {
  return actions.flatMap((action) =>
    action.type === 'sql' && !action.transaction
      ? action.statements.map((statement) => ({ ...action, statements: [statement] }))
      : [action],
  );
}
