import type {
  SetAutoScaling,
  SetBillingMode,
  SetCapacity,
  SetDeletionProtection,
  SetPointInTimeRecovery,
  SetStream,
  SetTableClass,
  SetTimeToLive,
  Tag,
  Untag,
} from '../core/bundle/setting-operations';
import { checkOperation } from './operation-rules';

/**
 * Changes how a table is paid for. Undone by changing it back, with the throughput that the table and its indexes had. Auto
 * scaling that is set up stays as it is: it does nothing while the table is on-demand. DynamoDB makes a table on-demand at
 * most four times in 24 hours, so an undo may have to wait.
 *
 * @param props the logical name of the table, and the mode. A table that becomes provisioned needs `throughput`, in
 *   capacity units; its indexes get as much unless `indexThroughput` says otherwise
 * @returns the operation, as plain data
 * @throws TypeError if DynamoDB would refuse it, as far as that can be told without the table
 * @example
 * import { dynamodb, setBillingMode } from 'cdk-migrations/authoring';
 *
 * export default dynamodb({
 *   dependsOn: ['1.0.0'],
 *   up: [setBillingMode({ table: 'mealPlans', billingMode: 'provisioned', throughput: { read: 20, write: 5 } })],
 * });
 */
export function setBillingMode(props: Omit<SetBillingMode, 'kind'>): SetBillingMode {
  return checkOperation({ kind: 'setBillingMode', ...props });
}

/**
 * Changes the throughput of a provisioned table, or of one of its global indexes. Undone by changing it back. DynamoDB takes
 * four decreases a day and one an hour after that, also those of an undo: they are counted before anything is changed.
 *
 * @param props the logical name of the table, the name of the index if it is that of an index, and the throughput in
 *   capacity units, at least 1 each
 * @returns the operation, as plain data
 * @throws TypeError if DynamoDB would refuse it, as far as that can be told without the table
 * @example
 * import { dynamodb, setCapacity } from 'cdk-migrations/authoring';
 *
 * export default dynamodb({
 *   dependsOn: ['1.0.0'],
 *   up: [setCapacity({ table: 'mealPlans', index: 'byDay', throughput: { read: 20, write: 5 } })],
 * });
 */
export function setCapacity(props: Omit<SetCapacity, 'kind'>): SetCapacity {
  return checkOperation({ kind: 'setCapacity', ...props });
}

/**
 * Changes what makes the throughput of a provisioned table, or of one of its global indexes, follow its use. Undone by setting
 * up what was before, with the throughput that it began with.
 *
 * @param props the logical name of the table, the name of the index if it is that of an index, and the limits: `min` and `max`
 *   in capacity units, `target` in percent from 20 to 90 (default 70). What it does not name is not scaled afterwards
 * @returns the operation, as plain data
 * @throws TypeError if DynamoDB would refuse it, as far as that can be told without the table
 * @example
 * import { dynamodb, setAutoScaling } from 'cdk-migrations/authoring';
 *
 * export default dynamodb({
 *   dependsOn: ['1.0.0'],
 *   up: [setAutoScaling({ table: 'mealPlans', autoScaling: { read: { min: 5, max: 100, target: 60 } } })],
 * });
 */
export function setAutoScaling(props: Omit<SetAutoScaling, 'kind'>): SetAutoScaling {
  return checkOperation({ kind: 'setAutoScaling', ...props });
}

/**
 * Gives a table a stream, another one, or none. Undone by a stream with the view that was before, which has another ARN. To
 * give a stream to a table without one loses nothing; whether it has one is not known before the deployment, so what may
 * take one away belongs in `contract`, or needs a reason: a view of `null`.
 *
 * @param props the logical name of the table, and the view, or null for no stream
 * @returns the operation, as plain data
 * @throws TypeError if DynamoDB would refuse it, as far as that can be told without the table
 * @example
 * import { dynamodb, setStream } from 'cdk-migrations/authoring';
 *
 * export default dynamodb({
 *   dependsOn: ['1.0.0'],
 *   up: [setStream({ table: 'mealPlans', view: 'NEW_AND_OLD_IMAGES' })],
 * });
 */
export function setStream(props: Omit<SetStream, 'kind'>): SetStream {
  return checkOperation({ kind: 'setStream', ...props });
}

/**
 * Lets items of a table expire, or not any more. DynamoDB deletes what has expired within days, so an attribute belongs in
 * `contract`, or needs a reason in `allowDestructive`. Undone by setting what was before. DynamoDB takes one such change an
 * hour: another one, and an undo, wait until the hour is over.
 *
 * @param props the logical name of the table, and the attribute that says when an item expires, in seconds since 1970, or null
 *   for items that do not expire
 * @returns the operation, as plain data
 * @throws TypeError if DynamoDB would refuse it, as far as that can be told without the table
 * @example
 * import { dynamodb, setTimeToLive } from 'cdk-migrations/authoring';
 *
 * export default dynamodb({
 *   dependsOn: ['1.0.0'],
 *   up: [],
 *   contract: [setTimeToLive({ table: 'mealPlans', attribute: 'expiresAt' })],
 * });
 */
export function setTimeToLive(props: Omit<SetTimeToLive, 'kind'>): SetTimeToLive {
  return checkOperation({ kind: 'setTimeToLive', ...props });
}

/**
 * Lets a table be restored to any second of the past 35 days (or 1 to 35 given ones), or not any more. Undone by setting what
 * was before. To switch it off forgets the past at once, so that belongs in `contract`, or needs a reason in
 * `allowDestructive`.
 *
 * @param props the logical name of the table, `enabled`, and for how many days (default 35)
 * @returns the operation, as plain data
 * @throws TypeError if DynamoDB would refuse it, as far as that can be told without the table
 * @example
 * import { dynamodb, setPointInTimeRecovery } from 'cdk-migrations/authoring';
 *
 * export default dynamodb({
 *   dependsOn: ['1.0.0'],
 *   up: [setPointInTimeRecovery({ table: 'mealPlans', enabled: true, days: 14 })],
 * });
 */
export function setPointInTimeRecovery(props: Omit<SetPointInTimeRecovery, 'kind'>): SetPointInTimeRecovery {
  return checkOperation({ kind: 'setPointInTimeRecovery', ...props });
}

/**
 * Changes what storage and requests of a table cost. Undone by changing it back. DynamoDB takes two such changes in 30 days.
 *
 * @param props the logical name of the table, and the class
 * @returns the operation, as plain data
 * @throws TypeError if DynamoDB would refuse it, as far as that can be told without the table
 * @example
 * import { dynamodb, setTableClass } from 'cdk-migrations/authoring';
 *
 * export default dynamodb({
 *   dependsOn: ['1.0.0'],
 *   up: [setTableClass({ table: 'mealPlans', tableClass: 'STANDARD_INFREQUENT_ACCESS' })],
 * });
 */
export function setTableClass(props: Omit<SetTableClass, 'kind'>): SetTableClass {
  return checkOperation({ kind: 'setTableClass', ...props });
}

/**
 * Makes a table refuse to be deleted, or not any more. Undone by setting what was before. `deleteTable` needs no such step
 * before it: it switches the protection off itself.
 *
 * @param props the logical name of the table, and `enabled`
 * @returns the operation, as plain data
 * @throws TypeError if DynamoDB would refuse it, as far as that can be told without the table
 * @example
 * import { dynamodb, setDeletionProtection } from 'cdk-migrations/authoring';
 *
 * export default dynamodb({
 *   dependsOn: ['1.0.0'],
 *   up: [setDeletionProtection({ table: 'mealPlans', enabled: true })],
 * });
 */
export function setDeletionProtection(props: Omit<SetDeletionProtection, 'kind'>): SetDeletionProtection {
  return checkOperation({ kind: 'setDeletionProtection', ...props });
}

/**
 * Sets tags of a table; its other tags stay. Undone by giving these tags the values that they had, or removing them.
 *
 * @param props the logical name of the table, and the tags: values of up to 256 characters by keys of 1 to 128, at most 50
 * @returns the operation, as plain data
 * @throws TypeError if DynamoDB would refuse it, as far as that can be told without the table
 * @example
 * import { dynamodb, tag } from 'cdk-migrations/authoring';
 *
 * export default dynamodb({
 *   dependsOn: ['1.0.0'],
 *   up: [tag({ table: 'mealPlans', tags: { team: 'nutrition', stage: 'production' } })],
 * });
 */
export function tag(props: Omit<Tag, 'kind'>): Tag {
  return checkOperation({ kind: 'tag', ...props });
}

/**
 * Removes tags of a table. Undone by giving them the values that they had.
 *
 * @param props the logical name of the table, and the keys of the tags; keys that it does not have are no error
 * @returns the operation, as plain data
 * @throws TypeError if DynamoDB would refuse it, as far as that can be told without the table
 * @example
 * import { dynamodb, untag } from 'cdk-migrations/authoring';
 *
 * export default dynamodb({
 *   dependsOn: ['1.0.0'],
 *   up: [untag({ table: 'mealPlans', keys: ['team'] })],
 * });
 */
export function untag(props: Omit<Untag, 'kind'>): Untag {
  return checkOperation({ kind: 'untag', ...props });
}
