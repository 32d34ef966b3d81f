import type { AlterTableCmd, DropStmt, IndexStmt, PartitionCmd } from 'libpg-query';
import type { Node } from '../parser';
import { isOn, nameOf, qualified, texts } from '../tree';
import type { Hazard, HazardContext } from './hazard';
import { alone, nameFor, oneByOne, quote, quoteOne, together } from './rewrite';

/** What is hazardous in statements about indexes, and in those that tidy up. */
export function maintenanceHazard(node: Node, context: HazardContext): readonly Hazard[] {
  const { isNew, statement } = context;
  if ('IndexStmt' in node) return isNew(nameOf(node.IndexStmt.relation)) ? [] : createdIndex(node.IndexStmt, context);
  if ('DropStmt' in node && node.DropStmt.removeType === 'OBJECT_INDEX') return droppedIndex(node.DropStmt, context);
  if ('ReindexStmt' in node && !isOn(node.ReindexStmt.params, 'concurrently')) {
    if (isNew(nameOf(node.ReindexStmt.relation))) return [];
    const hint = 'Write REINDEX (CONCURRENTLY) in a section with transaction:false.';
    const text = statement.text.replace(/^reindex\s+(index|table|schema|database)\s+/i, 'REINDEX $1 CONCURRENTLY ');
    const rewrite = text === statement.text ? {} : { rewrite: alone(text) };
    return [{ rule: 'reindex', what: 'REINDEX keeps writers away until the index is built', hint, ...rewrite }];
  }
  if ('RefreshMatViewStmt' in node) {
    const { relation, concurrent, skipData } = node.RefreshMatViewStmt;
    const view = nameOf(relation) ?? '';
    if (concurrent || skipData || isNew(view)) return [];
    return [
      {
        rule: 'refresh-view',
        what: `REFRESH keeps readers away from ${view} until its query is done`,
        hint: 'Write CONCURRENTLY, for which the view needs a unique index.',
        rewrite: together(`REFRESH MATERIALIZED VIEW CONCURRENTLY ${quote(view)}`),
      },
    ];
  }
  if ('ClusterStmt' in node && !isNew(nameOf(node.ClusterStmt.relation))) {
    const table = nameOf(node.ClusterStmt.relation) ?? 'every clustered table';
    return [rewritten('cluster', table, 'for CLUSTER', 'Run pg_repack, which does the same while the table is used.')];
  }
  if ('VacuumStmt' in node && isOn(node.VacuumStmt.options, 'full')) {
    const hint = 'Write VACUUM without FULL, or run pg_repack, which returns the space while the table is used.';
    return [rewritten('vacuum-full', 'each table', 'for VACUUM FULL', hint)];
  }
  return [];
}

function createdIndex(
  { relation, concurrent, idxname, indexParams = [] }: IndexStmt,
  context: HazardContext,
): readonly Hazard[] {
  const table = nameOf(relation) ?? '';
  const isPartitioned = context.known.isPartitioned(table);
  // On the partitioned table alone there is nothing to read.
  if (isPartitioned ? !relation?.inh : concurrent) return [];
  const what = concurrent
    ? `PostgreSQL refuses CREATE INDEX CONCURRENTLY for the partitioned table ${table}`
    : `CREATE INDEX keeps writers away from ${table} while it reads the whole table`;
  if (isPartitioned) {
    const hint =
      'Write CREATE INDEX ... ON ONLY for the table, CREATE INDEX CONCURRENTLY for each partition, and ALTER INDEX ... ATTACH PARTITION.';
    return [{ rule: 'create-index', what, hint }];
  }
  const columns = indexParams.flatMap((part) => ('IndexElem' in part ? (part.IndexElem.name ?? 'expr') : []));
  const name = idxname ? '' : `${quoteOne(nameFor(table, ...columns, 'idx'))} `;
  const text = context.statement.text.replace(
    /^create\s+(unique\s+)?index\s+(if\s+not\s+exists\s+)?/i,
    (_, unique = '', exists = '') => `CREATE ${unique.toUpperCase()}INDEX CONCURRENTLY ${exists.toUpperCase()}${name}`,
  );
  return [
    {
      rule: 'create-index',
      what,
      hint: 'Write CREATE INDEX CONCURRENTLY in a migration of its own with transaction:false.',
      rewrite: alone(text),
    },
  ];
}

function droppedIndex(
  { objects = [], concurrent, missing_ok, behavior }: DropStmt,
  { isNew }: HazardContext,
): readonly Hazard[] {
  const names = objects.map((index) => qualified(texts([index]))).filter((name) => !isNew(name));
  const isRefused = concurrent === true && (objects.length > 1 || behavior === 'DROP_CASCADE');
  if ((concurrent && !isRefused) || names.length === 0) return [];
  const drop = `DROP INDEX CONCURRENTLY ${missing_ok ? 'IF EXISTS ' : ''}`;
  return [
    {
      rule: 'drop-index',
      what: isRefused
        ? 'PostgreSQL refuses DROP INDEX CONCURRENTLY for more than one index, and with CASCADE'
        : `DROP INDEX keeps everybody away from the table of ${names.join(', ')}, and waits for all who read it now`,
      hint: 'Write DROP INDEX CONCURRENTLY in a section with transaction:false, for one index each.',
      rewrite: alone(...names.map((name) => `${drop}${quote(name)}`)),
    },
  ];
}

/** Partitions that come and go, and what an ALTER TABLE writes anew whatever the columns are. */
export function tableHazard(table: string, { subtype, def }: AlterTableCmd, context: HazardContext): readonly Hazard[] {
  switch (subtype) {
    case 'AT_SetLogged':
    case 'AT_SetUnLogged':
    case 'AT_SetAccessMethod':
    case 'AT_SetTableSpace': {
      const hint = 'Choose a quiet time, or make a new table and copy the rows in parts.';
      return [rewritten('rewrite-table', table, 'for this change', hint)];
    }
    case 'AT_AttachPartition':
      return def && 'PartitionCmd' in def ? attached(table, def.PartitionCmd, context) : [];
    case 'AT_DetachPartition':
      return def && 'PartitionCmd' in def ? detached(table, def.PartitionCmd) : [];
    default:
      return [];
  }
}

function attached(table: string, { name, bound }: PartitionCmd, { known, isNew }: HazardContext): readonly Hazard[] {
  const partition = nameOf(name);
  if (partition === undefined || !bound || isNew(partition) || known.checks.hasValidCheck(partition)) return [];
  return [
    {
      rule: 'attach-partition',
      what: `ATTACH PARTITION keeps everybody away from ${partition} while every row of it is checked`,
      hint: 'Before it, add a CHECK that says what the bounds say, NOT VALID, and validate it: then no row is read.',
      ...boundCheck(partition, bound, known.partitionKey(table)),
    },
  ];
}

/** The bounds as a condition, where they are constants of one column. */
function boundCheck(
  partition: string,
  { lowerdatums = [], upperdatums = [], listdatums = [] }: NonNullable<PartitionCmd['bound']>,
  key: string | undefined,
): Pick<Hazard, 'rewrite'> {
  const column = quoteOne(key ?? '');
  const [lower, upper] = [lowerdatums, upperdatums].map((of) => (of.length === 1 ? constantOf(of[0]!) : undefined));
  const list = listdatums.map(constantOf);
  const isList = list.length > 0 && list.every((value) => value !== undefined);
  const condition = isList ? `${column} IN (${list.join(', ')})` : `${column} >= ${lower} AND ${column} < ${upper}`;
  if (key === undefined || (!isList && (lower === undefined || upper === undefined))) return {};
  const check = quoteOne(nameFor(partition, 'bounds'));
  const alter = `ALTER TABLE ${quote(partition)}`;
  return {
    rewrite: oneByOne(
      together(`${alter} ADD CONSTRAINT ${check} CHECK (${column} IS NOT NULL AND ${condition}) NOT VALID`),
      together(`${alter} VALIDATE CONSTRAINT ${check}`),
    ),
  };
}

function constantOf(node: Node): string | undefined {
  if (!('A_Const' in node)) return undefined;
  const { ival, sval } = node.A_Const;
  if (sval) return `'${(sval.sval ?? '').replaceAll("'", "''")}'`;
  return ival ? String(ival.ival ?? 0) : undefined;
}

function detached(table: string, { name, concurrent }: PartitionCmd): readonly Hazard[] {
  if (concurrent) return [];
  const partition = quote(nameOf(name) ?? '');
  return [
    {
      rule: 'detach-partition',
      what: `DETACH PARTITION keeps everybody away from ${table}, whichever partition they use`,
      hint: 'Write DETACH PARTITION ... CONCURRENTLY in a section with transaction:false.',
      rewrite: alone(`ALTER TABLE ${quote(table)} DETACH PARTITION ${partition} CONCURRENTLY`),
    },
  ];
}

function rewritten(rule: Hazard['rule'], table: string, why: string, hint: string): Hazard {
  return { rule, what: `PostgreSQL writes ${table} anew ${why} and keeps everybody away from it meanwhile`, hint };
}
