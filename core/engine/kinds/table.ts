import type {
  AddGlobalIndex,
  CreateTable,
  DeleteTable,
  RemoveGlobalIndex,
  TableAction,
  TableOperation,
} from '../../bundle/bundle';
import { phases } from '../../bundle/phases';
import { isPassing, MigrationError, withDetails } from '../../errors/index';
import type { Observation } from '../../ledger/state';
import type { TableIndex } from '../../ledger/table-index';
import type { TableDatabase, TableDescription } from '../../ports';
import type { JournalKind, StepContext } from './step-kind';

/** `wait`: asked for, but DynamoDB has not done it yet. */
type Progress = 'done' | 'wait';

/**
 * DynamoDB table operations. They cannot share a transaction with their record, so each is "observe, record the intent,
 * act, observe until it is true": after a crash the observation says whether the act took effect, and the recorded
 * observation from before says whether it was ours.
 */
export const tableStep: JournalKind<TableAction> = {
  durability: 'journal',
  undoneBy: 'invert',
  observe: ({ operation }, context) =>
    inFile(context, () =>
      implementation(operation).observe(operation, tablesOf(context), phases[context.phase].undoneBy !== 'never'),
    ),
  perform: ({ operation }, context) =>
    inFile(context, () => implementation(operation).apply(operation, tablesOf(context))),
  invert: ({ operation }, context, before) =>
    inFile(context, () => implementation(operation).invert(operation, tablesOf(context), before ?? { exists: false })),
};

/** An operation's error, with the file that declares it. The message names the operation: declarations have no line. */
async function inFile<T>({ file }: StepContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof MigrationError) || error.location || isPassing(error)) throw error;
    throw withDetails(error, { location: { file } });
  }
}

interface Operation<O extends TableOperation> {
  /** @throws when the operation cannot be done: nothing has happened yet. */
  observe(operation: O, target: TableDatabase, canBeUndone: boolean): Promise<Observation>;
  apply(operation: O, target: TableDatabase): Promise<Progress>;
  invert(operation: O, target: TableDatabase, before: Observation): Promise<Progress>;
}

const createTable: Operation<CreateTable> = {
  async observe({ table }, target) {
    if (!(await target.describe(table))) return { exists: false };
    throw new MigrationError(
      'TABLE_EXISTS',
      `createTable ${table}: the table ${target.physicalName(table)} already exists.`,
      {
        payload: { table },
        hint: 'Choose another name, or add the existing table to the `tables` of the target and remove this step.',
      },
    );
  },
  async apply(operation, target) {
    const found = await target.describe(operation.table);
    if (!found) await target.createTable(operation);
    return isSettled(found) ? 'done' : 'wait';
  },
  invert: ({ table }, target) => dropTable(table, target),
};

const deleteTable: Operation<DeleteTable> = {
  observe: async ({ table }, target) => ({ exists: (await target.describe(table)) !== undefined }),
  apply: ({ table }, target) => dropTable(table, target),
  async invert({ table }) {
    throw new MigrationError('IRREVERSIBLE', `deleteTable ${table} cannot be undone, because its items are gone.`);
  },
};

const addGlobalIndex: Operation<AddGlobalIndex> = {
  async observe({ table, index }, target) {
    const found = await existing(table, target, `addGlobalIndex ${index.name}`);
    if (!found.indexes.some(({ name }) => name === index.name)) return { exists: false };
    throw new MigrationError(
      'INDEX_EXISTS',
      `addGlobalIndex ${index.name}: table ${target.physicalName(table)} already has an index of that name.`,
      {
        payload: { table, index: index.name },
        hint: 'Choose another name. The index that is there may be in use; removing it is a change of its own.',
      },
    );
  },
  async apply({ table, index }, target) {
    return ensureIndex(table, index, target);
  },
  invert: ({ table, index }, target) => dropIndex(table, index.name, target),
};

const removeGlobalIndex: Operation<RemoveGlobalIndex> = {
  async observe({ table, index }, target, canBeUndone) {
    const found = await existing(table, target, `removeGlobalIndex ${index}`);
    const present = found.indexes.find(({ name }) => name === index);
    if (present) {
      const scaling = canBeUndone ? await target.scaling(table, index) : [];
      return { exists: true, index: { ...withoutStatus(present), ...(scaling.length > 0 && { scaling }) } };
    }
    const names = found.indexes.map(({ name }) => name).join(', ') || 'none';
    throw new MigrationError(
      'INDEX_MISSING',
      `removeGlobalIndex ${index}: table ${target.physicalName(table)} has no such index (it has: ${names}).`,
      { payload: { table, index } },
    );
  },
  apply: ({ table, index }, target) => dropIndex(table, index, target),
  async invert({ table }, target, before) {
    if (!before.index) return 'done';
    const { scaling = [], ...index } = before.index;
    const progress = await ensureIndex(table, index, target);
    if (progress === 'wait' || scaling.length === 0) return progress;
    // Only an index that is there can be scaled, so an earlier process may have come as far as the index and no further.
    return (await target.scale(table, index.name, scaling)) === 'done' ? 'done' : 'wait';
  },
};

const operations = { createTable, deleteTable, addGlobalIndex, removeGlobalIndex };

/** TypeScript cannot see that the entry found by an operation's kind takes that operation. */
function implementation(operation: TableOperation): Operation<TableOperation> {
  return operations[operation.kind] as Operation<TableOperation>;
}

/** DynamoDB accepts one index change at a time (aws-facts DDB-2), so anything in progress is waited for. */
async function ensureIndex(table: string, index: TableIndex, target: TableDatabase): Promise<Progress> {
  const found = await existing(table, target, `addGlobalIndex ${index.name}`);
  const present = found.indexes.find(({ name }) => name === index.name);
  if (present) return isSettled(found) && present.status === 'ACTIVE' ? 'done' : 'wait';
  if (isSettled(found)) await target.addIndex(table, index);
  return 'wait';
}

async function dropIndex(table: string, index: string, target: TableDatabase): Promise<Progress> {
  const found = await target.describe(table);
  if (!found) return 'done';
  const present = found.indexes.find(({ name }) => name === index);
  if (!present) return isSettled(found) ? 'done' : 'wait';
  // While its resources are allocated an index cannot be deleted; while it backfills it can (aws-facts DDB-3).
  const deletable = present.status === 'ACTIVE' || (present.status === 'CREATING' && present.backfilling);
  if (deletable) await target.removeIndex(table, index);
  return 'wait';
}

async function dropTable(table: string, target: TableDatabase): Promise<Progress> {
  const found = await target.describe(table);
  if (found && !isSettled(found)) return 'wait';
  return (await target.deleteTable(table)) === 'gone' ? 'done' : 'wait';
}

async function existing(table: string, target: TableDatabase, what: string): Promise<TableDescription> {
  const found = await target.describe(table);
  if (found) return found;
  throw new MigrationError('TABLE_MISSING', `${what}: the table ${target.physicalName(table)} does not exist.`, {
    payload: { table },
    hint: 'Create it in an earlier migration, or add it to the `tables` of the target.',
  });
}

/** ACTIVE, with no index being built or deleted. */
function isSettled(found: TableDescription | undefined): boolean {
  return found?.status === 'ACTIVE' && found.indexes.every(({ status }) => status === 'ACTIVE');
}

function withoutStatus(index: TableDescription['indexes'][number]): TableIndex {
  const { status: _status, backfilling: _backfilling, ...definition } = index;
  return definition;
}

function tablesOf({ target, migration }: StepContext): TableDatabase {
  if (target.tables) return target.tables;
  throw new MigrationError(
    'WRONG_DATABASE_KIND',
    `${migration.id} changes tables, but its target is ${target.databaseKind}.`,
    { payload: { migration: migration.id, databaseKind: target.databaseKind } },
  );
}
