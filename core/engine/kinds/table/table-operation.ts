import type { TableOperation } from '../../../bundle/table-operations';
import type { Observation } from '../../../ledger/observation';
import type { TableDatabase, TableDescription } from '../../../ports';
import type { StepContext } from '../step-kind';
import { tableMissing } from './table-errors';

/** `wait`: asked for, but DynamoDB has not done it yet. */
export type Progress = 'done' | 'wait';

/** What an operation on a table works with. */
export interface TableContext {
  readonly target: TableDatabase;
  readonly step: StepContext;
  /** What is removed now may have to be made again. */
  readonly canBeUndone: boolean;
}

/** One operation: each function may be called again after a crash at any point of an earlier call, and looks first. */
export interface Operation<O extends TableOperation> {
  /** @throws when the operation cannot be done: nothing has happened yet. */
  observe(operation: O, context: TableContext): Promise<Observation>;
  /** `building`: DynamoDB goes on by itself, and the operation says that nobody need wait. */
  apply(operation: O, context: TableContext): Promise<Progress | 'building'>;
  /** Brings back what was observed, also when somebody else has changed it since: the schema is to be equal to before (G1). */
  invert(operation: O, context: TableContext, before: Observation): Promise<Progress>;
}

export async function existing(table: string, target: TableDatabase, what: string): Promise<TableDescription> {
  const found = await target.describe(table);
  if (found) return found;
  throw tableMissing(table, target, what);
}

/** ACTIVE, with no index being built or deleted. */
export function isSettled(found: TableDescription | undefined): boolean {
  return found?.status === 'ACTIVE' && found.indexes.every(({ status }) => status === 'ACTIVE');
}

/** Says what a step waits for, and that it waits. */
export function wait({ step }: TableContext, table: string, what: string, hint?: string): 'wait' {
  step.waitsFor({ what, table, hint });
  return 'wait';
}
