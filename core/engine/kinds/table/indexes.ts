import type { AddGlobalIndex, RemoveGlobalIndex } from '../../../bundle/table-operations';
import { type TableIndex, tableIndexOf } from '../../../ledger/table-index';
import type { TableDescription } from '../../../ports';
import { ensureScaling, nameOf, removeScaling, waitForScaling } from './scaling';
import { indexExists, indexMissing } from './table-errors';
import { existing, isSettled, type Operation, type Progress, type TableContext, wait } from './table-operation';

export const addGlobalIndex: Operation<AddGlobalIndex> = {
  async observe({ table, index }, { target }) {
    const found = await existing(table, target, `addGlobalIndex ${index.name}`);
    if (!found.indexes.some(({ name }) => name === index.name)) return { exists: false };
    throw indexExists(table, target, index.name);
  },
  async apply({ table, index, waitForBuild }, context) {
    const progress = await ensureIndex(table, tableIndexOf(index), context);
    if (progress === 'done') {
      return ensureScaling(context, table, [{ index: index.name, autoScaling: index.autoScaling }]);
    }
    return progress === 'building' && waitForBuild !== 'background' ? 'wait' : progress;
  },
  async invert({ table, index }, context) {
    const found = await context.target.describe(table);
    const isThere = found?.indexes.some(({ name, status }) => name === index.name && status === 'ACTIVE');
    const isScaled = isThere && index.autoScaling !== undefined;
    if (isScaled && (await removeScaling(context, table, [index.name])) === 'wait') return 'wait';
    return dropIndex(table, index.name, context);
  },
};

export const removeGlobalIndex: Operation<RemoveGlobalIndex> = {
  async observe({ table, index }, { target, canBeUndone }) {
    const found = await existing(table, target, `removeGlobalIndex ${index}`);
    const present = found.indexes.find(({ name }) => name === index);
    if (present) {
      const scaling = canBeUndone ? await target.scaling(table, index) : [];
      return { exists: true, index: { ...definitionOf(present), ...(scaling.length > 0 && { scaling }) } };
    }
    const names = found.indexes.map(({ name }) => name);
    throw indexMissing(table, target, { what: 'removeGlobalIndex', index, names });
  },
  async apply({ table, index }, context) {
    const found = await context.target.describe(table);
    const isThere = found && isSettled(found) && found.indexes.some(({ name }) => name === index);
    if (isThere && (await removeScaling(context, table, [index])) === 'wait') return 'wait';
    return dropIndex(table, index, context);
  },
  async invert({ table }, context, before) {
    if (!before.index) return 'done';
    const { scaling = [], ...index } = before.index;
    const progress = await ensureIndex(table, index, context);
    if (progress !== 'done') return 'wait';
    if (scaling.length === 0) return 'done';
    // Only an index that is there can be scaled, so an earlier process may have come as far as the index and no further.
    const scaled = await context.target.scale(table, index.name, scaling);
    return scaled === 'done' ? 'done' : waitForScaling(context, table, index.name);
  },
};

/**
 * DynamoDB accepts one index change at a time (aws-facts DDB-2), so anything in progress is waited for. `building`: the index
 * itself is.
 */
async function ensureIndex(table: string, index: TableIndex, context: TableContext): Promise<Progress | 'building'> {
  const { target } = context;
  const found = await existing(table, target, `addGlobalIndex ${index.name}`);
  const present = found.indexes.find(({ name }) => name === index.name);
  if (present && isSettled(found)) return 'done';
  if (present) waitForBuild(table, found, present, context);
  if (present) return present.status === 'CREATING' ? 'building' : 'wait';
  if (isSettled(found)) await target.addIndex(table, index);
  return wait(context, table, `table ${target.physicalName(table)}, which takes one change of its indexes at a time`);
}

const backgroundHint =
  "Give the construct a longer `forwardTimeout` (and `timeout`), or add the index with waitForBuild: 'background', and the deployment does not wait for it.";

function waitForBuild(
  table: string,
  found: TableDescription,
  index: TableDescription['indexes'][number],
  context: TableContext,
): void {
  const counts = [index.items, found.items].every((items) => items !== undefined)
    ? ` (${index.items} of about ${found.items} items when DynamoDB last counted)`
    : '';
  const what = `${nameOf(context.target, table, index.name)}, which is still being built${counts}`;
  wait(context, table, what, backgroundHint);
}

async function dropIndex(table: string, index: string, context: TableContext): Promise<Progress> {
  const { target } = context;
  const found = await target.describe(table);
  if (!found) return 'done';
  const present = found.indexes.find(({ name }) => name === index);
  if (!present && isSettled(found)) return 'done';
  // While its resources are allocated an index cannot be deleted; while it backfills it can (aws-facts DDB-3).
  const deletable = present?.status === 'ACTIVE' || (present?.status === 'CREATING' && present.backfilling);
  if (deletable) await target.removeIndex(table, index);
  return wait(context, table, `${nameOf(target, table, index)}, which is being deleted`);
}

function definitionOf(index: TableDescription['indexes'][number]): TableIndex {
  const { status: _status, backfilling: _backfilling, items: _items, ...definition } = index;
  return definition;
}
