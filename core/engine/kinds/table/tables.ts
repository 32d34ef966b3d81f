import type { CreateTable, DeleteTable } from '../../../bundle/table-operations';
import { MigrationError } from '../../../errors/index';
import { ensureSetting } from './ensure-setting';
import { recoveryDays, withDefaults } from './new-table';
import { ensureScaling, removeScaling, type Scaled } from './scaling';
import { tableExists } from './table-errors';
import { isSettled, type Operation, type Progress, type TableContext, wait } from './table-operation';

export const createTable: Operation<CreateTable> = {
  async observe({ table }, { target }) {
    if (!(await target.describe(table))) return { exists: false };
    throw tableExists(table, target);
  },
  async apply(operation, context) {
    const { target } = context;
    const { table } = operation;
    const wanted = withDefaults(operation, target.defaults);
    const found = await target.describe(table);
    if (!found) await target.createTable(wanted);
    if (!isSettled(found)) return wait(context, table, `table ${target.physicalName(table)}, which is being created`);
    return complete(wanted, context);
  },
  async invert(operation, context) {
    const { table } = operation;
    const found = await context.target.describe(table);
    if (found && !isSettled(found)) return wait(context, table, `table ${table}, which is ${found.status}`);
    const scaled = scaledParts(operation).flatMap(({ index, autoScaling }) => (autoScaling ? [index] : []));
    if (found && (await removeScaling(context, table, scaled)) === 'wait') return 'wait';
    return dropTable(table, context);
  },
};

/** Gives a new table what CreateTable does not take. */
async function complete(wanted: CreateTable, context: TableContext): Promise<Progress> {
  const { table, timeToLive, contributorInsights } = wanted;
  const days = recoveryDays(wanted);
  if (days !== null && (await ensureSetting(context, table, 'pointInTimeRecovery', days)) === 'wait') return 'wait';
  if (timeToLive && (await ensureSetting(context, table, 'timeToLive', timeToLive)) === 'wait') return 'wait';
  if (contributorInsights && (await ensureSetting(context, table, 'contributorInsights', true)) === 'wait')
    return 'wait';
  return ensureScaling(context, table, scaledParts(wanted));
}

function scaledParts({ autoScaling, globalIndexes = [] }: CreateTable): readonly Scaled[] {
  return [
    { autoScaling },
    ...globalIndexes.map(({ name, autoScaling: ofIndex }) => ({ index: name, autoScaling: ofIndex })),
  ];
}

export const deleteTable: Operation<DeleteTable> = {
  observe: async ({ table }, { target }) => ({ exists: (await target.describe(table)) !== undefined }),
  async apply({ table }, context) {
    const { target, step } = context;
    const found = await target.describe(table);
    if (!found || found.status === 'DELETING') return dropTable(table, context);
    if (!isSettled(found)) return wait(context, table, `table ${target.physicalName(table)}, which is ${found.status}`);
    const backup = await target.backUp(table, backupName(context));
    if (!backup.isComplete) return wait(context, table, `the backup of table ${target.physicalName(table)}`);
    const parts = [undefined, ...found.indexes.map(({ name }) => name)];
    if ((await removeScaling(context, table, parts)) === 'wait') return 'wait';
    if ((await unprotect(table, context)) === 'wait') return 'wait';
    await step.record('recovery-point-created', { table, recoveryPoint: backup.id });
    return dropTable(table, context);
  },
  async invert({ table }) {
    throw new MigrationError('IRREVERSIBLE', `deleteTable ${table} cannot be undone, because its items are gone.`, {
      hint: 'Restore the table from the backup that was made before; `migrations history` names it as recoveryPoint.',
    });
  },
};

/** The same after a crash, and another one for each step: DynamoDB takes letters, digits, `_`, `-` and `.`. */
function backupName({ step: { migration, phase, step } }: TableContext): string {
  const name = `${migration.deployment}-${migration.version}-${phase}-${step}`;
  return `cdk-migrations-${name.replace(/[^A-Za-z0-9_.-]/g, '_')}`.slice(0, 255);
}

/** What a migration deletes was created by one, with protection from everybody else. */
async function unprotect(table: string, context: TableContext): Promise<Progress> {
  return ensureSetting(context, table, 'deletionProtection', false);
}

async function dropTable(table: string, context: TableContext): Promise<Progress> {
  const { target } = context;
  const found = await target.describe(table);
  if (found && !isSettled(found))
    return wait(context, table, `table ${target.physicalName(table)}, which is ${found.status}`);
  if (found && (await unprotect(table, context)) === 'wait') return 'wait';
  if ((await target.deleteTable(table)) === 'gone') return 'done';
  return wait(context, table, `table ${target.physicalName(table)}, which is being deleted`);
}
