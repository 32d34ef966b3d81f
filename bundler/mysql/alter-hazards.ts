import type { AlterTable, Clause, Index } from './alter-table';
import { type Column, typeText } from './column';
import { foreignKeyIndex, type Hazard, type SlowRule } from './hazard';
import type { KnownTables } from './known-tables';
import type { CreateIndex } from './statement';
import { appends, keepsRows } from './types';

/**
 * What is slow about an ALTER TABLE, by what InnoDB of MySQL 8.0 can do INSTANT, INPLACE or only with COPY, and what it
 * breaks. One that states ALGORITHM=INSTANT or LOCK=NONE fails rather than being slow for others.
 */
export function alterHazards(statement: AlterTable, tables: KnownTables): readonly Hazard[] {
  const { table, clauses, algorithm } = statement;
  const broken = clauses.flatMap((clause) => brokenBy(table, clause, clauses, tables));
  if (isStated(statement)) return broken;
  if (algorithm === 'COPY')
    return [slow('copy-table', copies(table, 'because ALGORITHM=COPY says so'), 'Remove it.'), ...broken];
  return [...clauses.flatMap((clause) => slowClause(table, clause, clauses, tables)), ...broken];
}

export function indexHazards(statement: CreateIndex, tables: KnownTables): readonly Hazard[] {
  return isStated(statement) ? [] : slowIndex(statement.table, statement.clause.index, tables);
}

function isStated({ algorithm, lock }: { readonly algorithm?: string; readonly lock?: string }): boolean {
  return algorithm === 'INSTANT' || (algorithm !== 'COPY' && lock === 'NONE');
}

function slow(rule: SlowRule, what: string, hint: string): Hazard {
  return { code: 'SLOW_STATEMENT', rule, what, hint };
}

function copies(table: string, why: string): string {
  return `MySQL copies ${table} row by row ${why}, and keeps writers away meanwhile`;
}

const copyInstead = 'Add a new column or table, fill it in parts, and drop the old one in contract.';

function slowClause(table: string, clause: Clause, all: readonly Clause[], tables: KnownTables): readonly Hazard[] {
  switch (clause.do) {
    case 'add-column':
      return slowColumn(table, clause.column, tables);
    case 'change-column':
      return slowChange(table, clause.name, tables.asIn(table, clause.column), tables);
    case 'add-index':
      return slowIndex(table, clause.index, tables);
    case 'drop-column':
    case 'rename-column':
      // The engine has it done at once, with ALGORITHM=INSTANT, where MySQL can.
      return [];
    case 'add-foreign-key':
      return [
        slow(
          'add-foreign-key',
          copies(table, 'to check the foreign key'),
          'Add it when you create the table; on a big table choose a quiet time, or let the application check.',
        ),
      ];
    case 'add-check':
      return [checked(table)];
    case 'convert-charset':
      return [
        slow(
          'copy-table',
          copies(table, `to convert it to ${clause.charset.charset ?? 'another character set'}`),
          copyInstead,
        ),
      ];
    case 'drop-primary-key': {
      // Together with a new one it is done in place.
      const isReplaced = all.some((other) => other.do === 'add-index' && other.index.kind === 'primary');
      return isReplaced ? [] : [slow('primary-key', copies(table, 'to drop its primary key'), addInOne)];
    }
    case 'partition':
      return slowPartitioning(table, clause.change);
    case 'rebuild':
      return [rebuild(table, `for ${clause.what}`)];
    default:
      return [];
  }
}

function slowPartitioning(table: string, change: (Clause & { do: 'partition' })['change']): readonly Hazard[] {
  if (change === 'repartition')
    return [slow('copy-table', copies(table, 'to put every row into its partition'), copyInstead)];
  if (change !== 'rewrite') return [];
  const hint = 'Do it while these partitions have few rows, or in a quiet time.';
  return [slow('copy-table', `MySQL writes partitions of ${table} anew, and keeps writers away meanwhile`, hint)];
}

const addInOne = 'Add the new primary key in the same ALTER TABLE, which is then done in place.';

function checked(table: string): Hazard {
  const hint = 'Add it NOT ENFORCED, which only new tools read, or check in the application.';
  return slow('copy-table', copies(table, 'to check every row'), hint);
}

function slowColumn(table: string, column: Column, tables: KnownTables): readonly Hazard[] {
  if (column.generated === 'stored') {
    const hint = 'Make it VIRTUAL, which is done at once; an index on it stores its values.';
    return [slow('copy-table', copies(table, `to compute ${column.name}`), hint)];
  }
  if (column.autoIncrement) {
    const hint = 'Create a new table with the column, and fill it in parts.';
    return [slow('rebuild-table', `MySQL numbers every row of ${table}, and keeps writers away meanwhile`, hint)];
  }
  return [
    ...(column.key ? slowIndex(table, { kind: column.key, columns: [column.name] }, tables) : []),
    ...(column.isChecked ? [checked(table)] : []),
  ];
}

function slowChange(table: string, name: string, to: Column, tables: KnownTables): readonly Hazard[] {
  const from = tables.column(table, name);
  if (from && keepsRows(from.type, to.type) && (from.autoIncrement || !to.autoIncrement)) {
    if (from.nullable !== to.nullable) return [rebuild(table, `to make ${name} ${to.nullable ? 'NULL' : 'NOT NULL'}`)];
    if (to.isPlaced) return [rebuild(table, `to move ${name}`)];
    return to.type.values.length > 0 ? [] : [];
  }
  if (from && from.type.values.length > 0 && from.type.name === to.type.name && !appends(from.type, to.type)) {
    const hint = 'Write new values at the end: their order is that of ORDER BY, and of what is stored.';
    return [slow('enum-order', copies(table, `because the values of ${name} change their places`), hint)];
  }
  const why = from
    ? `to change ${name} to ${typeText(to.type, from.type)}`
    : `to change ${name}, unless it was as long or shorter`;
  return [slow('copy-table', copies(table, why), copyInstead)];
}

function slowIndex(table: string, { kind, columns }: Index, tables: KnownTables): readonly Hazard[] {
  if (kind === 'primary') {
    return [slow('primary-key', `MySQL writes ${table} anew in the order of its primary key`, copyInstead)];
  }
  if (kind === 'fulltext') {
    const first = tables.mayHaveIndex(table, 'fulltext')
      ? ''
      : ' It is the first one: the whole table is written anew.';
    const hint = `Create it in a quiet time.${first}`;
    return [slow('fulltext-index', `A FULLTEXT index keeps writers away from ${table} while it is built`, hint)];
  }
  if (kind === 'spatial') {
    const what = `A SPATIAL index keeps writers away from ${table} while it is built`;
    return [slow('spatial-index', what, 'Create it in a quiet time.')];
  }
  const stated = 'Write ALGORITHM=INPLACE, LOCK=NONE after it: then it fails rather than keeping writers away.';
  if (kind === 'unique') {
    const what = `A UNIQUE index on ${columns.join(', ') || table} reads all of ${table}, and fails at the first value that is there twice, also when it is written meanwhile`;
    return [slow('unique-index', what, `Look for such values first, in a verify of an earlier migration. ${stated}`)];
  }
  return [slow('create-index', `An index reads all of ${table} while it is built`, stated)];
}

function rebuild(table: string, why: string): Hazard {
  const what = `MySQL writes ${table} anew ${why}`;
  const hint =
    'Write ALGORITHM=INPLACE, LOCK=NONE at its end: then writers go on, or it fails. The deployment waits for it.';
  return slow('rebuild-table', what, hint);
}

function brokenBy(table: string, clause: Clause, all: readonly Clause[], tables: KnownTables): readonly Hazard[] {
  if (clause.do === 'add-column') return requiredColumn(table, clause.column);
  if (clause.do === 'add-foreign-key' && clause.foreignKey.cascades.length > 0) {
    return [
      {
        code: 'HAZARDOUS_STATEMENT',
        rule: 'foreign-key-cascade',
        what: `${clause.foreignKey.cascades.join(' and ')} changes rows of ${table} that no statement names: no trigger fires for them, and whatever follows the table by triggers misses them`,
        hint: 'Write ON DELETE RESTRICT, and delete the rows in the application.',
      },
    ];
  }
  if (clause.do !== 'drop-index') return [];
  const isFreed = all.some((other) => other.do === 'drop-foreign-key' || other.do === 'add-index');
  return isFreed ? [] : foreignKeyIndex(table, clause.name, tables);
}

/** The old release does not know it: in a strict mode its INSERTs fail. */
function requiredColumn(table: string, column: Column): readonly Hazard[] {
  const { name, nullable, hasDefault, autoIncrement, generated } = column;
  if (nullable || hasDefault || autoIncrement || generated) return [];
  return [
    {
      code: 'HAZARDOUS_STATEMENT',
      rule: 'required-column',
      what: `${table}.${name} is NOT NULL without a default: the old release inserts rows without it, which fails in a strict sql_mode, and the rows that are there get 0 or ''`,
      hint: 'Give it a DEFAULT, or let it be NULL until every release writes it.',
    },
  ];
}
