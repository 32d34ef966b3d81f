import type { AutoScaling } from '../../../bundle/table-definitions';
import type { TableDatabase } from '../../../ports';
import { type Progress, type TableContext, wait } from './table-operation';

/** What of a new table or index is to scale. */
export interface Scaled {
  readonly index?: string;
  readonly autoScaling?: AutoScaling;
}

/** Gives each its auto scaling. */
export async function ensureScaling(context: TableContext, table: string, all: readonly Scaled[]): Promise<Progress> {
  const { target } = context;
  for (const { index, autoScaling } of all) {
    if (!autoScaling) continue;
    const settings = target.scalingFor(table, index, autoScaling);
    if ((await target.scale(table, index, settings)) === 'busy') return waitForScaling(context, table, index);
  }
  return 'done';
}

/**
 * Takes all auto scaling of a table (undefined) or of indexes away, which would outlive them (aws-facts DDB-19) and scale the
 * next one of this name.
 */
export async function removeScaling(
  context: TableContext,
  table: string,
  parts: readonly (string | undefined)[],
): Promise<Progress> {
  for (const index of parts) {
    if ((await context.target.scale(table, index, [], true)) === 'busy') return waitForScaling(context, table, index);
  }
  return 'done';
}

export function waitForScaling(context: TableContext, table: string, index: string | undefined): 'wait' {
  return wait(context, table, `the auto scaling of ${nameOf(context.target, table, index)}`);
}

/** A table or one of its indexes, for messages. */
export function nameOf(target: TableDatabase, table: string, index: string | undefined): string {
  const name = target.physicalName(table);
  return index === undefined ? `table ${name}` : `index ${index} of table ${name}`;
}
