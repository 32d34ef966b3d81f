import type { AlterTableCmd, ColumnDef, Constraint } from 'libpg-query';
import { typeChange } from '../alter-table';
import { isVolatileName } from '../known';
import type { Node } from '../parser';
import { effectsOf, qualified, texts } from '../tree';
import { type ColumnType, columnType, rewrites, typeText } from '../types';
import { checkOf, foreignKey, indexedConstraint } from './constraints';
import type { Hazard, HazardContext } from './hazard';
import { addColumn, nameFor, notNullByCheck, oneByOne, quote, quoteOne, together } from './rewrite';
import { isAlikeInUtc } from './time-zone';

/** What is hazardous in a change of an existing table's column. */
export function columnHazard(table: string, command: AlterTableCmd, context: HazardContext): readonly Hazard[] {
  const { subtype, name = '', def } = command;
  switch (subtype) {
    case 'AT_AddColumn':
      return def && 'ColumnDef' in def ? addedColumn(table, def.ColumnDef, context) : [];
    case 'AT_AlterColumnType':
      return changedType(table, command, context);
    case 'AT_SetNotNull':
      return context.known.checks.isNeverNull(table, name) ? [] : [setNotNull(table, name)];
    case 'AT_SetExpression':
      return [
        {
          rule: 'add-generated-column',
          what: `PostgreSQL writes ${table} anew to compute ${name} for every row, and everybody waits meanwhile`,
          hint: 'Add another generated column and use that one, or an ordinary column that the application fills.',
        },
      ];
    default:
      return [];
  }
}

interface NewColumn {
  readonly table: string;
  readonly name: string;
  readonly type: ColumnType;
  /** As it is written: `serial` is an integer with a default. */
  readonly isSerial: boolean;
  of(contype: Constraint['contype']): Constraint | undefined;
}

function addedColumn(table: string, definition: ColumnDef, context: HazardContext): readonly Hazard[] {
  const { colname: name = '', typeName, constraints = [] } = definition;
  if (!typeName) return [];
  const column: NewColumn = {
    table,
    name,
    type: columnType(typeName),
    isSerial: /^(small|big)?serial\d?$/.test(texts(typeName.names).at(-1) ?? ''),
    of: (contype) =>
      constraints.flatMap((node) =>
        'Constraint' in node && node.Constraint.contype === contype ? [node.Constraint] : [],
      )[0],
  };
  const [hazard] = [required(column, context), computed(column, context)].filter((found) => found !== undefined);
  return hazard ? [hazard] : constrained(column, context);
}

/** No value for the rows that are there, though each must have one. */
function required(column: NewColumn, { known }: HazardContext): Hazard | undefined {
  const { table, name, type, isSerial, of } = column;
  if (!of('CONSTR_NOTNULL') && !of('CONSTR_PRIMARY')) return undefined;
  const hasValue = isSerial || of('CONSTR_IDENTITY') || of('CONSTR_GENERATED') || hasDefault(of('CONSTR_DEFAULT'));
  // A domain may have a default of its own.
  if (hasValue || known.columns.domains.constrained(type.name)) return undefined;
  return {
    rule: 'add-required-column',
    what: `PostgreSQL refuses the new column ${name} when ${table} has a row, because it must have a value and has no default`,
    hint: 'Give it a DEFAULT, or add it without NOT NULL, let the application fill it, and require it in later migrations.',
    rewrite: oneByOne(together(addColumn(table, name, type)), ...notNullByCheck(table, name)),
  };
}

function hasDefault(constraint: Constraint | undefined): boolean {
  const value = constraint?.raw_expr;
  return value !== undefined && !('A_Const' in value && value.A_Const.isnull);
}

/** A value that PostgreSQL computes for each row that is there. */
function computed(column: NewColumn, context: HazardContext): Hazard | undefined {
  const { table, name, type, isSerial, of } = column;
  const what = `PostgreSQL writes ${table} anew to compute ${name} for every row, and everybody waits meanwhile`;
  const value = of('CONSTR_DEFAULT')?.raw_expr;
  const generated = of('CONSTR_GENERATED');
  if (isSerial || of('CONSTR_IDENTITY')) {
    return {
      rule: 'add-serial-column',
      what,
      hint: 'Add an ordinary column, number new rows by a default, and the old ones in parts.',
      rewrite: numbered(column),
    };
  }
  if (value && callsVolatile(value, context)) {
    return {
      rule: 'volatile-default',
      what,
      hint: 'Add the column without the default, set the default for new rows, and fill the old ones in parts.',
      rewrite: defaultLater(column, context),
    };
  }
  if (generated && generated.generated_kind !== 'v') {
    return {
      rule: 'add-generated-column',
      what,
      hint: 'Add an ordinary column that the application or a trigger fills. PostgreSQL 18 has VIRTUAL, which writes nothing.',
      rewrite: together(addColumn(table, name, type)),
    };
  }
  const base = context.known.columns.domains.constrained(type.name);
  if (!base) return undefined;
  return {
    rule: 'add-domain-column',
    what: `PostgreSQL writes ${table} anew to check the domain ${type.name} for every row, and everybody waits meanwhile`,
    hint: `Give the column the type ${typeText(base)}, and the condition as a CHECK that is NOT VALID at first.`,
    rewrite: together(addColumn(table, name, base)),
  };
}

function numbered({ table, name, type }: NewColumn): string {
  const sequence = nameFor(table, name, 'seq');
  const schema = table.includes('.') ? `${table.slice(0, table.lastIndexOf('.'))}.` : '';
  const qualifiedName = quote(`${schema}${sequence}`);
  return together(
    addColumn(table, name, type),
    `CREATE SEQUENCE ${qualifiedName} OWNED BY ${quote(table)}.${quoteOne(name)}`,
    `ALTER TABLE ${quote(table)} ALTER COLUMN ${quoteOne(name)} SET DEFAULT nextval('${qualifiedName}')`,
  );
}

function defaultLater({ table, name, type }: NewColumn, { statement: { text } }: HazardContext): string | undefined {
  const written = [...text.matchAll(/\bdefault\s+([\w.]+\s*\([^()]*\))/gi)];
  if (written.length !== 1) return undefined;
  return together(
    addColumn(table, name, type),
    `ALTER TABLE ${quote(table)} ALTER COLUMN ${quoteOne(name)} SET DEFAULT ${written[0]![1]}`,
  );
}

function callsVolatile(value: Node, { known }: HazardContext): boolean {
  return effectsOf(value).some((node) => {
    if (!('FuncCall' in node)) return false;
    const name = qualified(texts(node.FuncCall.funcname));
    return isVolatileName(name) || known.isVolatile(name);
  });
}

/** Constraints of a new column that PostgreSQL checks on the rows that are there. */
function constrained({ table, name, of }: NewColumn, context: HazardContext): readonly Hazard[] {
  const key = of('CONSTR_PRIMARY') ?? of('CONSTR_UNIQUE');
  const check = of('CONSTR_CHECK');
  const reference = of('CONSTR_FOREIGN');
  return [
    ...(key ? [indexedConstraint(table, { ...key, keys: [{ String: { sval: name } }] }, context)] : []),
    ...(check ? checkOf(table, check, context) : []),
    // Without a default there is no value to look up, and PostgreSQL looks none up.
    ...(reference && hasDefault(of('CONSTR_DEFAULT'))
      ? foreignKey(table, { ...reference, fk_attrs: [{ String: { sval: name } }] }, context)
      : []),
  ];
}

function changedType(table: string, command: AlterTableCmd, { known, isUtc }: HazardContext): readonly Hazard[] {
  const { name = '', def } = command;
  const { from, to, using } = typeChange(table, command, known.columns)!;
  const { domains } = known.columns;
  const isKept = !domains.constrained(to.name) && !rewrites(from && domains.storedAs(from), domains.storedAs(to));
  if (!using && isKept) return [];
  // AT TIME ZONE 'UTC' loses nothing, but is computed for each row.
  const isComputed = def !== undefined && 'ColumnDef' in def && 'FuncCall' in (def.ColumnDef.raw_default ?? {});
  const isAlike = !using && !isComputed && isAlikeInUtc(from, to);
  if (isAlike && isUtc) return [];
  return [
    {
      rule: 'change-type',
      what: `PostgreSQL writes ${table} anew to change ${name} to ${typeText(to)}, and everybody waits meanwhile`,
      ...(isAlike
        ? {
            hint: "Are its values in UTC? Write SET LOCAL timezone = 'UTC' before it: then nothing is written anew.",
            rewrite: together(
              "SET LOCAL timezone = 'UTC'",
              `ALTER TABLE ${quote(table)} ALTER COLUMN ${quoteOne(name)} TYPE ${typeText(to)}`,
            ),
          }
        : {
            hint: 'Add a new column, let the application write both, fill it in parts, and drop the old one in contract.',
            rewrite: together(addColumn(table, `${name}_new`, domains.storedAs(to))),
          }),
    },
  ];
}

function setNotNull(table: string, column: string): Hazard {
  return {
    rule: 'set-not-null',
    what: `SET NOT NULL keeps everybody away from ${table} while it reads every row`,
    hint: 'Add the condition as a CHECK and validate it before: then nothing is read.',
    rewrite: oneByOne(...notNullByCheck(table, column)),
  };
}
