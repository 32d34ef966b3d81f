import type { AlterDomainStmt, AlterTableCmd, Constraint } from 'libpg-query';
import { nameOf, qualified, texts } from '../tree';
import type { Hazard, HazardContext } from './hazard';
import { addThenValidate, alone, nameFor, oneByOne, quote, quoteOne, together } from './rewrite';

/** What is hazardous in a constraint that an existing table gets. */
export function constraintHazard(table: string, command: AlterTableCmd, context: HazardContext): readonly Hazard[] {
  const { subtype, def } = command;
  if (subtype !== 'AT_AddConstraint' || !def || !('Constraint' in def)) return [];
  const constraint = def.Constraint;
  switch (constraint.contype) {
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE':
      return constraint.indexname ? [] : [indexedConstraint(table, constraint, context)];
    case 'CONSTR_EXCLUSION':
      return [
        {
          rule: 'add-exclusion',
          what: `EXCLUDE keeps everybody away from ${table} while its index is built`,
          hint: 'There is no way to add it without waiting: choose a quiet time, or make a new table with it.',
        },
      ];
    case 'CONSTR_FOREIGN':
      return foreignKey(table, constraint, context);
    case 'CONSTR_CHECK':
      return checkOf(table, constraint, context);
    case 'CONSTR_NOTNULL':
      return constraint.skip_validation ? [] : notNull(table, constraint);
    default:
      return [];
  }
}

/** A constraint that PostgreSQL builds an index for. */
export function indexedConstraint(
  table: string,
  { contype, conname, keys }: Constraint,
  { known }: HazardContext,
): Hazard {
  const isPrimary = contype === 'CONSTR_PRIMARY';
  const columns = texts(keys);
  const name = conname ?? nameFor(table, ...(isPrimary ? ['pkey'] : [...columns, 'key']));
  const kind = isPrimary ? 'PRIMARY KEY' : 'UNIQUE';
  const list = columns.map(quoteOne).join(', ');
  const what = `${kind} keeps everybody away from ${table} while its index is built`;
  const rule = isPrimary ? 'add-primary-key' : 'add-unique';
  // PostgreSQL builds no index of a partitioned table CONCURRENTLY, and takes none for a constraint.
  if (known.isPartitioned(table)) {
    const hint = `Build the index of each partition before, with CREATE UNIQUE INDEX CONCURRENTLY, and make it a constraint with USING INDEX; then write ALTER TABLE ONLY ${quote(table)} ADD ${kind}, and ALTER INDEX ... ATTACH PARTITION for each.`;
    return { rule, what, hint };
  }
  return {
    rule,
    what,
    hint: 'Build the index before, without keeping anybody waiting, and add the constraint with USING INDEX.',
    rewrite: oneByOne(
      alone(`CREATE UNIQUE INDEX CONCURRENTLY ${quoteOne(name)} ON ${quote(table)} (${list})`),
      together(`ALTER TABLE ${quote(table)} ADD CONSTRAINT ${quoteOne(name)} ${kind} USING INDEX ${quoteOne(name)}`),
    ),
  };
}

export function foreignKey(table: string, constraint: Constraint, { known }: HazardContext): readonly Hazard[] {
  const { skip_validation, is_enforced, conname, pktable, fk_attrs, pk_attrs } = constraint;
  if (skip_validation || is_enforced === undefined) return [];
  const columns = texts(fk_attrs);
  const other = nameOf(pktable) ?? '';
  const rule = 'add-foreign-key';
  const what = `FOREIGN KEY keeps writers away from ${table} and ${other} while every row is checked`;
  // Until PostgreSQL 18, which takes NOT VALID there as well.
  if (known.isPartitioned(table)) {
    const hint =
      'Add it to each partition before, NOT VALID, and VALIDATE CONSTRAINT there in a later migration: then no row is checked when the table gets it.';
    return [{ rule, what, hint }];
  }
  const name = conname ?? nameFor(table, ...columns, 'fkey');
  const list = (names: readonly string[]) => `(${names.map(quoteOne).join(', ')})`;
  const to = pk_attrs?.length ? ` ${list(texts(pk_attrs))}` : '';
  const add = `ADD CONSTRAINT ${quoteOne(name)} FOREIGN KEY ${list(columns)} REFERENCES ${quote(other)}${to}${actions(constraint)} NOT VALID`;
  return [
    {
      rule,
      what,
      hint: 'Add it NOT VALID, and VALIDATE CONSTRAINT in a later migration.',
      rewrite: addThenValidate(table, `ALTER TABLE ${quote(table)} ${add}`, name),
    },
  ];
}

/** What is to happen to rows that refer to one that is deleted or changed. */
function actions({ fk_del_action = 'a', fk_upd_action = 'a' }: Constraint): string {
  const clause = (event: string, action: string) =>
    actionWords[action] === undefined ? '' : ` ON ${event} ${actionWords[action]}`;
  return clause('DELETE', fk_del_action) + clause('UPDATE', fk_upd_action);
}

const actionWords: Readonly<Record<string, string>> = {
  r: 'RESTRICT',
  c: 'CASCADE',
  n: 'SET NULL',
  d: 'SET DEFAULT',
};

export function checkOf(table: string, constraint: Constraint, { statement }: HazardContext): readonly Hazard[] {
  const { skip_validation, is_enforced, conname } = constraint;
  if (skip_validation || is_enforced === undefined) return [];
  const name = conname ?? nameFor(table, 'check');
  const condition = conditionIn(statement.text);
  const add = condition && `ALTER TABLE ${quote(table)} ADD CONSTRAINT ${quoteOne(name)} CHECK ${condition} NOT VALID`;
  return [
    {
      rule: 'add-check',
      what: `CHECK keeps everybody away from ${table} while every row is checked`,
      hint: 'Add it NOT VALID, and VALIDATE CONSTRAINT in a later migration.',
      ...(add ? { rewrite: addThenValidate(table, add, name) } : {}),
    },
  ];
}

/** The condition of the only CHECK in a statement, as it is written; undefined when there are several. */
function conditionIn(text: string): string | undefined {
  const found = [...text.matchAll(/\bcheck\s*(?=\()/gi)];
  if (found.length !== 1) return undefined;
  const start = found[0]!.index + found[0]![0].length;
  let depth = 0;
  for (const { 0: part, index } of text.slice(start).matchAll(/'(?:[^']|'')*'|"[^"]*"|[()]/g)) {
    if (part === '(') depth += 1;
    if (part === ')') depth -= 1;
    if (depth === 0 && part === ')') return text.slice(start, start + index + 1);
  }
  return undefined;
}

function notNull(table: string, { conname, keys }: Constraint): readonly Hazard[] {
  const column = texts(keys)[0] ?? '';
  const name = conname ?? nameFor(table, column, 'not_null');
  const add = `ALTER TABLE ${quote(table)} ADD CONSTRAINT ${quoteOne(name)} NOT NULL ${quoteOne(column)} NOT VALID`;
  return [
    {
      rule: 'set-not-null',
      what: `NOT NULL keeps everybody away from ${table} while every row is read`,
      hint: 'Add it NOT VALID, and VALIDATE CONSTRAINT in a later migration.',
      rewrite: addThenValidate(table, add, name),
    },
  ];
}

/** A domain checks the rows of all tables that have a column of it. */
export function domainHazard({ subtype, typeName, def }: AlterDomainStmt): readonly Hazard[] {
  const domain = qualified(texts(typeName));
  const what = (change: string) =>
    `${change} keeps everybody away from each table with a column of the domain ${domain} while its rows are checked`;
  if (subtype === 'O') {
    const hint = 'Make the columns NOT NULL one by one, each by a CHECK that is validated before.';
    return [{ rule: 'add-check', what: what('SET NOT NULL'), hint }];
  }
  if (subtype !== 'C' || !def || !('Constraint' in def) || def.Constraint.skip_validation) return [];
  const hint = 'Add it NOT VALID, and write ALTER DOMAIN ... VALIDATE CONSTRAINT in a later migration.';
  return [{ rule: 'add-check', what: what('CHECK'), hint }];
}
