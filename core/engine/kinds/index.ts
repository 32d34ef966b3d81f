import type { Action } from '../../bundle/bundle';
import type { DatabaseTraits } from '../../bundle/database-kinds';
import { codeStep } from './code';
import { dataStep } from './data';
import { sectionStep } from './section';
import { standaloneStep } from './standalone-sql';
import type { StepKind } from './step-kind';
import { tableStep } from './table';
import { verifyStep } from './verify';

export type { StepContext, StepResult, Wait } from './step-kind';

/** The kind of step that performs an action. All that a kind uses of the world is in core/ports. */
export function kindOf(action: Action): StepKind<Action> {
  // TypeScript cannot see that the kind found by an action's type takes that action.
  return kindFor(action) as StepKind<Action>;
}

function kindFor(action: Action) {
  switch (action.type) {
    case 'sql':
      return action.transaction ? sectionStep : standaloneStep;
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
 * doubt. A database whose schema changes are not transactional has no sections.
 */
export function singleSteps(actions: readonly Action[], traits: DatabaseTraits): readonly Action[] {
  return actions.flatMap((action) =>
    action.type === 'sql' && !(action.transaction && traits.transactionalDdl)
      ? action.statements.map((statement) => ({ ...action, transaction: false, statements: [statement] }))
      : [action],
  );
}
