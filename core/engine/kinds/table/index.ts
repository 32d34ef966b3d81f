import type { TableAction } from '../../../bundle/bundle';
import { phases } from '../../../bundle/phases';
import type { RebuildTable, TableOperation } from '../../../bundle/table-operations';
import { isPassing, MigrationError, withDetails } from '../../../errors/index';
import type { JournalKind, StepContext } from '../step-kind';
import { setAutoScaling, setBillingMode, setCapacity } from './capacity';
import { addGlobalIndex, removeGlobalIndex } from './indexes';
import { refuseBeyondLimits } from './limits';
import {
  setDeletionProtection,
  setPointInTimeRecovery,
  setStream,
  setTableClass,
  setTimeToLive,
  tag,
  untag,
} from './settings';
import type { Operation, TableContext } from './table-operation';
import { createTable, deleteTable } from './tables';

/**
 * DynamoDB table operations. They cannot share a transaction with their record, so each is "observe, record the intent,
 * act, observe until it is true": after a crash the observation says whether the act took effect, and the recorded
 * observation from before says whether it was ours.
 */
export const tableStep: JournalKind<TableAction> = {
  durability: 'journal',
  undoneBy: 'invert',
  refuse: (actions, context, final = []) =>
    inFile(context, () =>
      refuseBeyondLimits(
        actions.map(({ operation }) => operation),
        contextOf(context).target,
        context.now(),
        (operation) => final.some((action) => action.operation === operation),
      ),
    ),
  observe: ({ operation }, context) =>
    inFile(context, () => implementation(operation).observe(operation, contextOf(context))),
  perform: ({ operation }, context) =>
    inFile(context, () => implementation(operation).apply(operation, contextOf(context))),
  invert: ({ operation }, context, before) =>
    inFile(context, () => implementation(operation).invert(operation, contextOf(context), before ?? { exists: false })),
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

const operations: {
  readonly [Kind in Exclude<TableOperation['kind'], RebuildTable['kind']>]: Operation<
    Extract<TableOperation, { readonly kind: Kind }>
  >;
} = {
  createTable,
  deleteTable,
  addGlobalIndex,
  removeGlobalIndex,
  setBillingMode,
  setCapacity,
  setAutoScaling,
  setStream,
  setTimeToLive,
  setPointInTimeRecovery,
  setTableClass,
  setDeletionProtection,
  tag,
  untag,
};

/** TypeScript cannot see that the entry found by an operation's kind takes that operation. */
function implementation({ kind, table }: TableOperation): Operation<TableOperation> {
  if (kind !== 'rebuildTable') return operations[kind] as Operation<TableOperation>;
  // The bundler refuses it, so a bundle with it was made by another version.
  throw new MigrationError(
    'SWITCHING_NOT_AVAILABLE',
    'rebuildTable needs the switching of tables, which this engine lacks.',
    {
      payload: { table },
    },
  );
}

function contextOf(step: StepContext): TableContext {
  const { target, migration, phase } = step;
  if (target.tables) return { target: target.tables, step, canBeUndone: phases[phase].undoneBy !== 'never' };
  throw new MigrationError(
    'WRONG_DATABASE_KIND',
    `${migration.id} changes tables, but its target is ${target.databaseKind}.`,
    { payload: { migration: migration.id, databaseKind: target.databaseKind } },
  );
}
