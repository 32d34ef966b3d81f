import type { AlterTableCmd, AlterTableStmt, ColumnDef, Constraint, IndexStmt } from 'libpg-query';
import { typeChange } from './alter-table';
import type { KnownColumns } from './columns';
import type { Node } from './parser';
import { isEveryRow } from './rows';
import { effectsOf, nameOf } from './tree';
import { rewrites, typeText } from './types';

/** Names of the rules: stable, because people search for them and programs compare them. */
type SlowRule =
  | 'create-index'
  | 'rewrite-table'
  | 'add-constraint'
  | 'validate-constraint'
  | 'set-not-null'
  | 'update-every-row'
  | 'reindex';

export interface Slow {
  readonly rule: SlowRule;
  readonly what: string;
  readonly hint: string;
}

/**
 * What in a statement takes long on a big table, or keeps others from it while it runs.
 * @param isNew whether a table was made in the same section, where nobody waits for it and it has few rows
 */
export function slowParts(
  statement: Node,
  columns: KnownColumns,
  isNew: (table: string | undefined) => boolean,
): readonly Slow[] {
  const slow = effectsOf(statement).flatMap((node): readonly Slow[] => {
    if ('IndexStmt' in node) return isNew(nameOf(node.IndexStmt.relation)) ? [] : slowIndex(node.IndexStmt);
    if ('AlterTableStmt' in node) {
      const table = nameOf(node.AlterTableStmt.relation);
      return isNew(table) ? [] : slowAlter(table!, node.AlterTableStmt, columns);
    }
    if ('UpdateStmt' in node && isEveryRow(node.UpdateStmt.whereClause)) {
      const table = nameOf(node.UpdateStmt.relation);
      return isNew(table) ? [] : [slowUpdate(table)];
    }
    return slowMaintenance(node, isNew);
  });
  // One of a kind is enough for a statement with many parts.
  return slow.filter(({ rule }, index) => slow.findIndex((other) => other.rule === rule) === index);
}

function slowIndex({ relation, concurrent }: IndexStmt): readonly Slow[] {
  if (concurrent) return [];
  return [
    {
      rule: 'create-index',
      what: `CREATE INDEX keeps writers away from ${nameOf(relation)} while it reads the whole table`,
      hint: 'Write CREATE INDEX CONCURRENTLY in a migration of its own with transaction:false.',
    },
  ];
}

function slowUpdate(table: string | undefined): Slow {
  return {
    rule: 'update-every-row',
    what: `UPDATE without a condition writes every row of ${table} anew and locks it until the section ends`,
    hint: 'Give the column a DEFAULT when you add it, or update in parts from a sql() migration.',
  };
}

function slowAlter(table: string, { cmds = [] }: AlterTableStmt, columns: KnownColumns): readonly Slow[] {
  return cmds.flatMap((command) => {
    const slow = 'AlterTableCmd' in command ? slowCommand(table, command.AlterTableCmd, columns) : undefined;
    return slow ? [slow] : [];
  });
}

function slowCommand(table: string, command: AlterTableCmd, columns: KnownColumns): Slow | undefined {
  const { subtype, name = '', def } = command;
  switch (subtype) {
    case 'AT_AlterColumnType': {
      const { from, to, using } = typeChange(table, command, columns)!;
      return using || rewrites(from, to) ? rewrite(table, `to change ${name} to ${typeText(to)}`) : undefined;
    }
    case 'AT_AddColumn':
      return def && 'ColumnDef' in def ? slowColumn(table, def.ColumnDef) : undefined;
    case 'AT_AddConstraint':
      return def && 'Constraint' in def ? slowConstraint(table, def.Constraint) : undefined;
    case 'AT_ValidateConstraint':
      return {
        rule: 'validate-constraint',
        what: `VALIDATE CONSTRAINT reads every row of ${table}`,
        hint: 'Validate in a migration of its own: writers do not wait for it, but the deployment does.',
      };
    case 'AT_SetNotNull':
      return {
        rule: 'set-not-null',
        what: `SET NOT NULL keeps everybody away from ${table} while it reads every row`,
        hint: `Before it, add CHECK (${name} IS NOT NULL) NOT VALID and validate it: then nothing is read.`,
      };
    case 'AT_SetLogged':
    case 'AT_SetUnLogged':
    case 'AT_SetAccessMethod':
    case 'AT_SetTableSpace':
    case 'AT_SetExpression':
      return rewrite(table, 'for this change');
    default:
      return undefined;
  }
}

function slowColumn(table: string, { colname, typeName, constraints = [] }: ColumnDef): Slow | undefined {
  const of = (type: string) =>
    constraints.flatMap((node) => ('Constraint' in node && node.Constraint.contype === type ? [node.Constraint] : []));
  const [generated] = of('CONSTR_GENERATED');
  const serial = /serial\d?"/.test(JSON.stringify(typeName?.names ?? []));
  const isVolatile = of('CONSTR_DEFAULT').some(({ raw_expr: value }) => value !== undefined && callsVolatile(value));
  if (serial || isVolatile || of('CONSTR_IDENTITY').length > 0 || (generated && generated.generated_kind !== 'v')) {
    return rewrite(table, `to compute ${colname} for every row`);
  }
  const [unique] = [...of('CONSTR_PRIMARY'), ...of('CONSTR_UNIQUE')];
  return unique && slowConstraint(table, unique);
}

/** Functions that PostgreSQL calls for every row; of others it does not know their names. */
function callsVolatile(value: Node): boolean {
  const known = /"(gen_random_uuid|uuidv4|uuidv7|uuid_generate_v\w+|random|clock_timestamp|timeofday|nextval)"/;
  return effectsOf(value).some((node) => 'FuncCall' in node && known.test(JSON.stringify(node.FuncCall.funcname)));
}

function slowConstraint(table: string, constraint: Constraint): Slow | undefined {
  const { contype, indexname, skip_validation, is_enforced } = constraint;
  const rule = 'add-constraint';
  if (contype === 'CONSTR_PRIMARY' || contype === 'CONSTR_UNIQUE') {
    if (indexname) return undefined;
    return {
      rule,
      what: `This constraint keeps everybody away from ${table} while its index is built`,
      hint: 'Build the index with CREATE UNIQUE INDEX CONCURRENTLY before, and add the constraint USING INDEX.',
    };
  }
  if (contype === 'CONSTR_EXCLUSION') {
    const hint = 'There is no way to add it without waiting: choose a quiet time.';
    return { rule, what: `EXCLUDE keeps everybody away from ${table} while its index is built`, hint };
  }
  const isChecked = contype === 'CONSTR_FOREIGN' || contype === 'CONSTR_CHECK' || contype === 'CONSTR_NOTNULL';
  if (!isChecked || skip_validation || (is_enforced === undefined && contype !== 'CONSTR_NOTNULL')) return undefined;
  return {
    rule,
    what: `This constraint keeps writers away from ${table} while every row is checked`,
    hint: 'Add it NOT VALID, and VALIDATE CONSTRAINT in a later migration.',
  };
}

function slowMaintenance(node: Node, isNew: (table: string | undefined) => boolean): readonly Slow[] {
  if ('ReindexStmt' in node && !/"concurrently"/.test(JSON.stringify(node.ReindexStmt.params ?? []))) {
    const hint = 'Write REINDEX (CONCURRENTLY) in a section with transaction:false.';
    return [{ rule: 'reindex', what: 'REINDEX keeps writers away until the index is built', hint }];
  }
  if ('ClusterStmt' in node && !isNew(nameOf(node.ClusterStmt.relation))) {
    return [rewrite(nameOf(node.ClusterStmt.relation) ?? 'every clustered table', 'for CLUSTER')];
  }
  if ('VacuumStmt' in node && /"full"/.test(JSON.stringify(node.VacuumStmt.options ?? []))) {
    return [rewrite('each table', 'for VACUUM FULL')];
  }
  return [];
}

function rewrite(table: string, why: string): Slow {
  return {
    rule: 'rewrite-table',
    what: `PostgreSQL writes ${table} anew ${why} and keeps everybody away from it meanwhile`,
    hint: 'Add a new column, fill it in parts, and drop the old one in contract.',
  };
}
