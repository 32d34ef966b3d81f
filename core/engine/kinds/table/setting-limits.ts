import type { TableOperation } from '../../../bundle/table-operations';
import type { TableClass } from '../../../bundle/table-settings';
import type { TableDatabase, TableDescription } from '../../../ports';
import { limit } from './limit';
import { withDefaults } from './new-table';

/** How often settings may be changed (aws-facts DDB-6 and DDB-27), and how many tags there may be (DDB-28). */
const mostTags = 50;
const classChanges = { most: 2, within: 30 * 86_400_000 };

interface Known {
  /** The table before the operations. */
  readonly found: TableDescription | undefined;
  readonly target: TableDatabase;
  readonly now: number;
  /** Whether nothing undoes an operation. */
  readonly isFinal: (operation: TableOperation) => boolean;
}

/** Refuses what DynamoDB would refuse of settings, or would refuse to take back. @throws TABLE_LIMIT */
export async function refuseSettings(
  table: string,
  operations: readonly TableOperation[],
  known: Known,
): Promise<void> {
  // What is done after the commit may wait, and finds what other migrations have made of the table by then.
  const before = operations.filter((operation) => !known.isFinal(operation));
  await refuseTimeToLive(table, before, known);
  await refuseTags(table, before, known);
  await refuseClasses(table, operations, known);
}

/** To expire by another attribute takes two changes, and the second one would be waited for an hour. */
async function refuseTimeToLive(
  table: string,
  operations: readonly TableOperation[],
  { found, target }: Known,
): Promise<void> {
  if (!operations.some(({ kind }) => kind === 'setTimeToLive')) return;
  let attribute = found ? await target.setting(table, 'timeToLive') : null;
  let changes = 0;
  for (const operation of operations) {
    if (operation.kind === 'createTable') {
      attribute = operation.timeToLive ?? null;
      changes = attribute === null ? 0 : 1;
    }
    if (operation.kind !== 'setTimeToLive' || operation.attribute === attribute) continue;
    changes += attribute !== null && operation.attribute !== null ? 2 : 1;
    attribute = operation.attribute;
  }
  if (changes <= 1) return;
  const what = `setTimeToLive: time to live of table ${target.physicalName(table)} would be changed ${changes} times`;
  throw limit(
    table,
    what,
    'one change an hour',
    'Leave one change to this deployment, and the others to later ones: to expire by another attribute takes two, off and on.',
  );
}

async function refuseTags(
  table: string,
  operations: readonly TableOperation[],
  { found, target }: Known,
): Promise<void> {
  if (!operations.some(({ kind }) => kind === 'tag' || kind === 'createTable')) return;
  const changes = operations.some(({ kind }) => kind === 'tag');
  const keys = new Set(found && changes ? Object.keys(await target.setting(table, 'tags')) : []);
  for (const operation of operations) {
    if (operation.kind === 'untag') for (const key of operation.keys) keys.delete(key);
    if (operation.kind !== 'tag' && operation.kind !== 'createTable') continue;
    const { tags = {} } = operation.kind === 'tag' ? operation : withDefaults(operation, target.defaults);
    for (const key of Object.keys(tags)) keys.add(key);
    if (keys.size <= mostTags) continue;
    const what = `${operation.kind}: table ${target.physicalName(table)} would have ${keys.size} tags`;
    throw limit(table, what, mostTags, 'Remove others first, with untag.');
  }
}

/** What may not be changed back for weeks would leave a rollback stuck. Only the last change before is known. */
async function refuseClasses(
  table: string,
  operations: readonly TableOperation[],
  { found, target, now, isFinal }: Known,
): Promise<void> {
  if (!operations.some(({ kind }) => kind === 'setTableClass')) return;
  let current: TableClass | undefined = found && (await target.setting(table, 'tableClass'));
  let needed = 0;
  for (const operation of operations) {
    if (operation.kind === 'createTable') current = withDefaults(operation, target.defaults).tableClass ?? 'STANDARD';
    if (operation.kind !== 'setTableClass' || operation.tableClass === current) continue;
    current = operation.tableClass;
    needed += isFinal(operation) ? 1 : 2;
  }
  const { classChangedAt } = found ?? {};
  const recent = classChangedAt !== undefined && now - classChangedAt < classChanges.within;
  if (needed <= classChanges.most - (recent ? 1 : 0)) return;
  const before = recent ? `, and was changed on ${new Date(classChangedAt).toISOString().slice(0, 10)}` : '';
  const what = `setTableClass: the class of table ${target.physicalName(table)} would be changed ${needed} times, counting what it takes to undo it${before}`;
  throw limit(
    table,
    what,
    'two changes in 30 days',
    'Change it in the contract phase, which nothing undoes, or wait until the limit has passed.',
  );
}
