import { canonicalJson } from '../../../bundle/checksum';
import type { SettingName, TableSettings } from '../../../bundle/table-settings';
import { type Progress, type TableContext, wait } from './table-operation';

/** What people call the settings. */
const words: Readonly<Record<SettingName, string>> = {
  billing: 'billing mode or throughput',
  stream: 'stream',
  timeToLive: 'time to live',
  pointInTimeRecovery: 'point-in-time recovery',
  tableClass: 'table class',
  deletionProtection: 'deletion protection',
  contributorInsights: 'contributor insights',
  tags: 'tags',
};

/**
 * Brings a setting of a table to a value, one change after the other. A table that is gone has none to bring back.
 * @param isReached whether a value will do
 */
export async function ensureSetting<N extends SettingName>(
  context: TableContext,
  table: string,
  name: N,
  value: TableSettings[N],
  isReached: (current: TableSettings[N]) => boolean = (current) => canonicalJson(current) === canonicalJson(value),
): Promise<Progress> {
  const { target } = context;
  const found = await target.describe(table);
  const shown = target.physicalName(table);
  if (!found) return 'done';
  // While an index is filled the table is ACTIVE, and takes other changes (aws-facts DDB-23).
  if (found.status !== 'ACTIVE') return wait(context, table, `table ${shown}, which is ${found.status}`);
  if (isReached(await target.setting(table, name))) return 'done';
  const refusal = await target.change(table, name, value);
  // Most settings count at once, and need no second look later.
  if (refusal === undefined && (await target.describe(table))?.status === 'ACTIVE') {
    if (isReached(await target.setting(table, name))) return 'done';
  }
  const why = refusal === undefined ? 'which was asked for' : `which DynamoDB does not change now: ${refusal}`;
  return wait(context, table, `the ${words[name]} of table ${shown}, ${why}`, hints[name]);
}

const hints: Partial<Readonly<Record<SettingName, string>>> = {
  timeToLive: 'DynamoDB takes one change of time to live an hour: change it once, or try again in an hour.',
  tableClass: 'DynamoDB takes two changes of the table class in 30 days.',
  billing: 'DynamoDB makes a table on-demand four times in 24 hours, and decreases throughput four times a day.',
};
