import type { SetAutoScaling, SetBillingMode, SetCapacity } from '../../../bundle/setting-operations';
import type { Billing, Capacity } from '../../../bundle/table-settings';
import type { TableDatabase } from '../../../ports';
import { ensureSetting } from './ensure-setting';
import { waitForScaling } from './scaling';
import { indexMissing, notProvisioned } from './table-errors';
import { existing, type Operation, type Progress, type TableContext } from './table-operation';

export const setBillingMode: Operation<SetBillingMode> = {
  async observe({ table, indexThroughput = {} }, { target }) {
    const { indexes } = await existing(table, target, 'setBillingMode');
    const names = indexes.map(({ name }) => name);
    const unknown = Object.keys(indexThroughput).find((name) => !names.includes(name));
    if (unknown !== undefined) throw indexMissing(table, target, { what: 'setBillingMode', index: unknown, names });
    return { exists: true, settings: { billing: await target.setting(table, 'billing') } };
  },
  async apply({ table, billingMode, throughput = {}, indexThroughput = {} }, context) {
    const { indexes } = await existing(table, context.target, 'setBillingMode');
    const capacities = indexes.map(({ name }) => [name, indexThroughput[name] ?? throughput] as const);
    const billing = { mode: billingMode, table: throughput, indexes: Object.fromEntries(capacities) };
    return ensureSetting(context, table, 'billing', billing, ({ mode }) => mode === billingMode);
  },
  async invert({ table }, context, { settings }) {
    if (!settings?.billing) return 'done';
    return restoreBilling(table, settings.billing, context);
  },
};

/** Of the indexes, those that there are: another migration that is undone brings back its own. */
async function restoreBilling(table: string, before: Billing, context: TableContext): Promise<Progress> {
  const found = await context.target.describe(table);
  const names = (found?.indexes ?? []).map(({ name }) => name);
  const indexes = Object.fromEntries(
    names.map((name) => [name, before.indexes[name] ?? (before.mode === 'provisioned' ? before.table : {})]),
  );
  return ensureSetting(context, table, 'billing', { ...before, indexes });
}

export const setCapacity: Operation<SetCapacity> = {
  async observe(operation, { target }) {
    const billing = await provisioned(operation, 'setCapacity', target);
    return { exists: true, settings: { billing } };
  },
  apply: ({ table, index, throughput }, context) => ensureCapacity(table, index, throughput, context),
  async invert({ table, index }, context, { settings }) {
    const before = settings?.billing && capacityOf(settings.billing, index);
    return before ? restoreCapacity(table, index, before, context) : 'done';
  },
};

export const setAutoScaling: Operation<SetAutoScaling> = {
  async observe(operation, { target }) {
    const { table, index } = operation;
    const billing = await provisioned(operation, 'setAutoScaling', target);
    return { exists: true, settings: { billing }, scaling: await target.scaling(table, index) };
  },
  async apply({ table, index, autoScaling }, context) {
    const { target } = context;
    const settings = autoScaling === null ? [] : target.scalingFor(table, index, autoScaling);
    return (await target.scale(table, index, settings, true)) === 'done'
      ? 'done'
      : waitForScaling(context, table, index);
  },
  async invert({ table, index }, context, { scaling, settings }) {
    if (!scaling || !(await context.target.describe(table))) return 'done';
    if ((await context.target.scale(table, index, scaling, true)) === 'busy') {
      return waitForScaling(context, table, index);
    }
    const before = settings?.billing && capacityOf(settings.billing, index);
    // What scaled before goes on by itself from wherever the throughput is now.
    return before && scaling.length === 0 ? restoreCapacity(table, index, before, context) : 'done';
  },
};

/** What can be taken at present. @throws TABLE_NOT_PROVISIONED, INDEX_MISSING */
async function provisioned(
  { table, index }: { readonly table: string; readonly index?: string },
  what: string,
  target: TableDatabase,
): Promise<Billing> {
  await existing(table, target, what);
  const billing = await target.setting(table, 'billing');
  if (billing.mode !== 'provisioned') throw notProvisioned(table, target, what);
  if (index === undefined || capacityOf(billing, index)) return billing;
  throw indexMissing(table, target, { what, index, names: Object.keys(billing.indexes) });
}

async function ensureCapacity(
  table: string,
  index: string | undefined,
  throughput: Capacity,
  context: TableContext,
): Promise<Progress> {
  if (!(await context.target.describe(table))) return 'done';
  const billing = await context.target.setting(table, 'billing');
  const wanted =
    index === undefined
      ? { ...billing, table: throughput }
      : { ...billing, indexes: { ...billing.indexes, [index]: throughput } };
  return ensureSetting(context, table, 'billing', wanted);
}

/** What has become on-demand since then, or is gone, has no throughput to bring back. */
async function restoreCapacity(
  table: string,
  index: string | undefined,
  before: Capacity,
  context: TableContext,
): Promise<Progress> {
  if (!(await context.target.describe(table))) return 'done';
  const billing = await context.target.setting(table, 'billing');
  if (billing.mode !== 'provisioned' || !capacityOf(billing, index)) return 'done';
  return ensureCapacity(table, index, before, context);
}

/** Undefined for an index that is not there. */
export function capacityOf(billing: Billing, index: string | undefined): Capacity | undefined {
  return index === undefined ? billing.table : billing.indexes[index];
}
