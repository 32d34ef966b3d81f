import type { CreateTable } from '../../../bundle/table-operations';
import { defaultRecoveryDays, type TableDefaults } from '../../../bundle/table-settings';

/** What a new table has unless its target or its operation says otherwise: what a mistake would cost most without. */
const builtIn = { pointInTimeRecovery: true, deletionProtection: true } as const satisfies TableDefaults;

/**
 * The table that an operation creates: what it says, over what its target says, over what is built in. Merged when the table
 * is created: a bundle does not depend on the app that deploys it, and to undo a creation nothing of this is needed.
 */
export function withDefaults(operation: CreateTable, defaults: TableDefaults): CreateTable {
  const { throughput, ...others } = { ...builtIn, ...defaults, ...operation };
  const tags = { ...defaults.tags, ...operation.tags };
  return {
    ...others,
    ...(throughput && others.billingMode === 'provisioned' && { throughput }),
    ...(Object.keys(tags).length > 0 && { tags }),
  };
}

/** Days, or null for none. */
export function recoveryDays({ pointInTimeRecovery = false }: TableDefaults): number | null {
  if (typeof pointInTimeRecovery === 'number') return pointInTimeRecovery;
  return pointInTimeRecovery ? defaultRecoveryDays : null;
}
