import type { TableOperation } from '../core/bundle/table-operations';
import { checkProperties, refuse } from './refuse';
import {
  checkAutoScaling,
  checkBilling,
  checkDays,
  checkDefaults,
  checkFlag,
  checkIndexThroughput,
  checkOneOf,
  checkReason,
  checkResourcePolicy,
  checkTagKeys,
  checkTags,
  checkThroughput,
} from './setting-rules';
import { checkAttributeName, checkIndex, checkKeys, checkName, checkOnDemand, checkTableSchema } from './table-rules';

/** What an operation may say, and what DynamoDB accepts of it. */
interface Rule<O extends TableOperation> {
  readonly properties: readonly (keyof O & string)[];
  check(operation: O): void;
}

type Rules = { readonly [Kind in TableOperation['kind']]: Rule<Extract<TableOperation, { readonly kind: Kind }>> };

const schema = ['table', 'partitionKey', 'sortKey', 'localIndexes'] as const;

const rules: Rules = {
  createTable: {
    properties: [
      ...schema,
      'globalIndexes',
      'billingMode',
      'throughput',
      'autoScaling',
      'stream',
      'timeToLive',
      'pointInTimeRecovery',
      'encryption',
      'tableClass',
      'deletionProtection',
      'tags',
      'resourcePolicy',
      'contributorInsights',
    ],
    check(operation) {
      checkTableSchema('createTable()', operation);
      checkDefaults(operation);
      checkBilling(operation);
      if (operation.billingMode === 'on-demand') checkOnDemand(operation.globalIndexes);
      if (operation.timeToLive !== undefined) checkAttributeName(operation.timeToLive);
      checkResourcePolicy(operation.resourcePolicy);
    },
  },
  deleteTable: {
    properties: ['table', 'allowDestructive'],
    check: ({ allowDestructive }) => checkReason(allowDestructive),
  },
  addGlobalIndex: {
    properties: ['table', 'index', 'waitForBuild'],
    check({ index, waitForBuild }) {
      checkIndex(index);
      checkKeys('addGlobalIndex()', [index]);
      checkOneOf('Property waitForBuild', ['deployment', 'background'], waitForBuild);
    },
  },
  removeGlobalIndex: {
    properties: ['table', 'index', 'allowDestructive'],
    check({ index, allowDestructive }) {
      checkName('index', index);
      checkReason(allowDestructive);
    },
  },
  setBillingMode: {
    properties: ['table', 'billingMode', 'throughput', 'indexThroughput'],
    check(operation) {
      if (operation.billingMode === undefined)
        refuse('Property billingMode', "be 'on-demand' or 'provisioned'", undefined);
      checkBilling(operation);
      checkIndexThroughput(operation.indexThroughput, operation.billingMode);
    },
  },
  setCapacity: {
    properties: ['table', 'index', 'throughput'],
    check({ index, throughput }) {
      if (index !== undefined) checkName('index', index);
      checkThroughput('Property throughput', throughput);
    },
  },
  setAutoScaling: {
    properties: ['table', 'index', 'autoScaling'],
    check({ index, autoScaling }) {
      if (index !== undefined) checkName('index', index);
      if (autoScaling !== null) checkAutoScaling('Property autoScaling', autoScaling);
    },
  },
  setStream: {
    properties: ['table', 'view', 'allowDestructive'],
    check({ view, allowDestructive }) {
      if (view !== null) checkOneOf('Property view', streamViews, view, 'or null');
      if (view === undefined) refuse('Property view', 'be a view of a stream, or null for no stream', view);
      checkReason(allowDestructive);
    },
  },
  setTimeToLive: {
    properties: ['table', 'attribute', 'allowDestructive'],
    check({ attribute, allowDestructive }) {
      if (attribute !== null) checkAttributeName(attribute);
      checkReason(allowDestructive);
    },
  },
  setPointInTimeRecovery: {
    properties: ['table', 'enabled', 'days', 'allowDestructive'],
    check({ enabled, days, allowDestructive }) {
      checkFlag('enabled', enabled);
      if (days !== undefined && !enabled) refuse('Property days', 'be left out when enabled is false', days);
      if (days !== undefined) checkDays('Property days', days);
      checkReason(allowDestructive);
    },
  },
  setTableClass: {
    properties: ['table', 'tableClass'],
    check({ tableClass }) {
      if (tableClass === undefined) refuse('Property tableClass', 'be a table class', tableClass);
      checkOneOf('Property tableClass', tableClasses, tableClass);
    },
  },
  setDeletionProtection: {
    properties: ['table', 'enabled'],
    check: ({ enabled }) => checkFlag('enabled', enabled),
  },
  tag: { properties: ['table', 'tags'], check: ({ tags }) => checkTags(tags, 1) },
  untag: { properties: ['table', 'keys'], check: ({ keys }) => checkTagKeys(keys) },
  rebuildTable: { properties: schema, check: (operation) => checkTableSchema('rebuildTable()', operation) },
};

const streamViews = ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'];
const tableClasses = ['STANDARD', 'STANDARD_INFREQUENT_ACCESS'];

/**
 * Returns the operation if DynamoDB would accept it, as far as that can be told without a table: names, lengths, key
 * types, projections, numbers. Found here a mistake costs a second; found during a deployment, a rollback.
 * @throws TypeError that says what DynamoDB accepts
 */
export function checkOperation<T extends TableOperation>(operation: T): T {
  const kind = (operation as TableOperation | undefined)?.kind;
  if (kind === undefined || !Object.hasOwn(rules, kind)) {
    const builders = Object.keys(rules).map((name) => `${name}()`);
    refuse('An operation', `be made by ${builders.slice(0, -1).join(', ')} or ${builders.at(-1)}`, operation);
  }
  // TypeScript cannot see that the rule found by an operation's kind takes that operation.
  const rule = rules[kind] as Rule<TableOperation>;
  checkProperties(`The argument of ${kind}()`, operation, ['kind', ...rule.properties]);
  checkName('table', operation.table);
  rule.check(operation);
  return operation;
}
