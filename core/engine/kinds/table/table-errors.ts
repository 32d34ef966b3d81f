import { MigrationError } from '../../../errors/index';
import type { TableDatabase } from '../../../ports';

/** What an operation finds there that should not be, or does not find. `what` names the operation. */

export function tableExists(table: string, target: TableDatabase): MigrationError {
  return new MigrationError(
    'TABLE_EXISTS',
    `createTable ${table}: the table ${target.physicalName(table)} already exists.`,
    {
      payload: { table },
      hint: 'Choose another name, or add the existing table to the `tables` of the target and remove this step.',
    },
  );
}

export function tableMissing(table: string, target: TableDatabase, what: string): MigrationError {
  return new MigrationError('TABLE_MISSING', `${what}: the table ${target.physicalName(table)} does not exist.`, {
    payload: { table },
    hint: 'Create it in an earlier migration, or add it to the `tables` of the target.',
  });
}

export function indexExists(table: string, target: TableDatabase, index: string): MigrationError {
  return new MigrationError(
    'INDEX_EXISTS',
    `addGlobalIndex ${index}: table ${target.physicalName(table)} already has an index of that name.`,
    {
      payload: { table, index },
      hint: 'Choose another name. The index that is there may be in use; removing it is a change of its own.',
    },
  );
}

export function indexMissing(
  table: string,
  target: TableDatabase,
  { what, index, names }: { readonly what: string; readonly index: string; readonly names: readonly string[] },
): MigrationError {
  const message = `${what}: table ${target.physicalName(table)} has no index ${index} (it has: ${names.join(', ') || 'none'}).`;
  return new MigrationError('INDEX_MISSING', message, { payload: { table, index } });
}

export function notProvisioned(table: string, target: TableDatabase, what: string): MigrationError {
  const message = `${what}: table ${target.physicalName(table)} is on-demand, and has no throughput.`;
  return new MigrationError('TABLE_NOT_PROVISIONED', message, {
    payload: { table },
    hint: "Make it provisioned before, with setBillingMode({ billingMode: 'provisioned', ... }), or remove the step.",
  });
}
