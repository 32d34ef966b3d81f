import { type IndexDefinition, type KeyAttribute, keyAttributes } from '../../core/bundle/table-definitions';
import type { AddGlobalIndex, CreateTable, TableOperation } from '../../core/bundle/table-operations';
import type { BillingMode } from '../../core/bundle/table-settings';
import { type ErrorCode, errorFromData } from '../../core/errors/index';
import type { Draft } from '../draft';
import type { ReportError } from '../report';
import { Places } from './places';

/** The quotas of a table (aws-facts DDB-20). */
const mostIndexes = 20;
const mostIncluded = 100;

/** What is known of a table from the migrations so far. */
interface KnownTable {
  /** A migration created it, so that all of it is known. */
  readonly isMade: boolean;
  readonly isGone: boolean;
  readonly keys: readonly KeyAttribute[];
  /** By name; `gone` for one that was removed. */
  readonly indexes: ReadonlyMap<string, KnownIndex | 'gone'>;
  /** Undefined when the target, or nobody, says it. */
  readonly billingMode?: BillingMode;
  /** Undefined when nobody says it. */
  readonly timeToLive?: string | null;
}

interface KnownIndex {
  readonly isLocal: boolean;
  readonly keys: readonly KeyAttribute[];
  readonly included: number;
}

const unknown: KnownTable = { isMade: false, isGone: false, keys: [], indexes: new Map() };

type Fail = (code: ErrorCode, message: string, payload: object, hint: string) => void;

/**
 * What operations cannot do to the tables as the migrations before them leave them: with every migration deployed, contract
 * phase included, before the next one. Of tables that others make only what migrations did to them is known.
 */
export function reviewTables(drafts: readonly Draft[], report: ReportError): void {
  const tables = new Map<string, KnownTable>();
  for (const draft of drafts) {
    const place = new Places(draft.file);
    const changes = new Map<string, number>();
    for (const operation of operationsOf(draft)) {
      const { table } = operation;
      const known = tables.get(table) ?? unknown;
      const location = place.ofText(indexOf(operation) ?? table);
      const fail: Fail = (code, message, payload, hint) => {
        const details = { payload: { table, ...payload }, hint, location };
        report(errorFromData(code, `${operation.kind} ${table}: ${message}`, details));
      };
      const expiring = timeToLiveChanges(operation, known);
      const all = (changes.get(table) ?? 0) + expiring;
      if (expiring > 0 && all > 1) refuseTimeToLive(all, fail);
      changes.set(table, all);
      tables.set(table, after(operation, known, fail));
    }
  }
}

function operationsOf({ phases }: Draft): readonly TableOperation[] {
  return phases.flatMap(({ actions }) =>
    actions.flatMap((action) => (action.type === 'table' ? [action.operation] : [])),
  );
}

function indexOf(operation: TableOperation): string | undefined {
  if (operation.kind === 'addGlobalIndex') return operation.index.name;
  return 'index' in operation && typeof operation.index === 'string' ? operation.index : undefined;
}

function after(operation: TableOperation, known: KnownTable, fail: Fail): KnownTable {
  const { kind } = operation;
  if (kind === 'createTable') {
    if (known.isMade) fail('TABLE_EXISTS', 'a migration has created it already.', {}, otherName);
    return made(operation);
  }
  if (known.isGone) {
    fail('TABLE_MISSING', 'a migration has deleted it.', {}, 'Remove the operation, or correct the name of the table.');
    // Said once.
    return unknown;
  }
  switch (kind) {
    case 'deleteTable':
      return { ...unknown, isGone: true };
    case 'addGlobalIndex':
      return withIndex(operation, known, fail);
    case 'removeGlobalIndex':
      needIndex(operation.index, known, fail);
      return { ...known, indexes: new Map(known.indexes).set(operation.index, 'gone') };
    case 'setBillingMode':
      for (const index of Object.keys(operation.indexThroughput ?? {})) needIndex(index, known, fail);
      return { ...known, billingMode: operation.billingMode };
    case 'setCapacity':
    case 'setAutoScaling':
      if (known.billingMode === 'on-demand') {
        const hint = "Make it provisioned before, with setBillingMode({ billingMode: 'provisioned', ... }).";
        fail('TABLE_NOT_PROVISIONED', 'it is on-demand, and has no throughput.', {}, hint);
      }
      if (operation.index !== undefined) needIndex(operation.index, known, fail);
      return known;
    case 'setTimeToLive':
      return { ...known, timeToLive: operation.attribute };
    default:
      return known;
  }
}

function made(operation: CreateTable): KnownTable {
  const { partitionKey, sortKey, localIndexes = [], globalIndexes = [], billingMode, timeToLive = null } = operation;
  const local = localIndexes.map(({ name, sortKey: own, projection }) => {
    return [name, { isLocal: true, keys: [own], included: includedBy(projection) }] as const;
  });
  return {
    ...{ isMade: true, isGone: false, timeToLive },
    keys: [partitionKey, ...keyAttributes(sortKey)],
    indexes: new Map([...local, ...globalIndexes.map((index) => [index.name, indexed(index)] as const)]),
    ...(billingMode && { billingMode }),
  };
}

function indexed({ partitionKey, sortKey, projection }: IndexDefinition): KnownIndex {
  return {
    isLocal: false,
    keys: [...keyAttributes(partitionKey), ...keyAttributes(sortKey)],
    included: includedBy(projection),
  };
}

function includedBy(projection: IndexDefinition['projection']): number {
  return Array.isArray(projection) ? projection.length : 0;
}

function withIndex({ index }: AddGlobalIndex, known: KnownTable, fail: Fail): KnownTable {
  if ((known.indexes.get(index.name) ?? 'gone') !== 'gone') {
    fail('INDEX_EXISTS', `it has an index ${index.name} already.`, { index: index.name }, otherName);
    return known;
  }
  const added = indexed(index);
  const types = new Map(
    [...known.keys, ...present(known).flatMap(({ keys }) => keys)].map(({ name, type }) => [name, type]),
  );
  for (const { name, type } of added.keys) {
    const other = types.get(name);
    if (other === undefined || other === type) continue;
    const message = `key attribute ${name} of index ${index.name} has type ${type}, but ${other} elsewhere in the table.`;
    fail('KEY_TYPE_MISMATCH', message, { attribute: name }, 'An attribute has one type in all keys of a table.');
  }
  const indexes = new Map(known.indexes).set(index.name, added);
  const all = present({ ...known, indexes });
  const global = all.filter(({ isLocal }) => !isLocal).length;
  const included = all.reduce((sum, one) => sum + one.included, 0);
  const fewer = 'Remove others first, with removeGlobalIndex.';
  const exceeds = (what: string, most: number) =>
    fail('TABLE_LIMIT', `${what}; DynamoDB allows ${most}.`, { limit: String(most) }, fewer);
  if (global > mostIndexes) exceeds(`it would have ${global} global indexes`, mostIndexes);
  if (included > mostIncluded) exceeds(`its indexes would include ${included} attributes`, mostIncluded);
  return { ...known, indexes };
}

function present({ indexes }: KnownTable): readonly KnownIndex[] {
  return [...indexes.values()].filter((index) => index !== 'gone');
}

function needIndex(index: string, known: KnownTable, fail: Fail): void {
  const found = known.indexes.get(index) ?? (known.isMade ? 'gone' : undefined);
  if (found === undefined || (found !== 'gone' && !found.isLocal)) return;
  const names = [...known.indexes].filter(([, one]) => one !== 'gone' && !one.isLocal).map(([name]) => name);
  const message = `it has no global index ${index} (it has: ${names.join(', ') || 'none'}).`;
  fail('INDEX_MISSING', message, { index }, 'Correct the name of the index.');
}

/** To expire by another attribute takes two changes: off, and on (aws-facts DDB-6). */
function timeToLiveChanges(operation: TableOperation, { timeToLive }: KnownTable): number {
  if (operation.kind === 'createTable') return operation.timeToLive === undefined ? 0 : 1;
  if (operation.kind !== 'setTimeToLive' || operation.attribute === timeToLive) return 0;
  return typeof timeToLive === 'string' && operation.attribute !== null ? 2 : 1;
}

function refuseTimeToLive(changes: number, fail: Fail): void {
  const message = `its time to live would be changed ${changes} times; DynamoDB allows one change an hour.`;
  fail(
    'TABLE_LIMIT',
    message,
    { limit: '1' },
    'Leave one change to this migration, and the others to later deployments.',
  );
}

const otherName = 'Choose another name, or remove the operation.';
