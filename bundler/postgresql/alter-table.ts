import type { AlterTableCmd, AlterTableStmt, ColumnDef } from 'libpg-query';
import type { ObjectChange } from '../../core/bundle/safety';
import type { KnownColumns } from './columns';
import type { Node } from './parser';
import { nameOf, texts } from './tree';
import { type ColumnType, columnType, holdsAll, typeText } from './types';

/** What an ALTER TABLE, or an ALTER TYPE of a composite type, loses. */
export function alteredTable({ relation, cmds = [] }: AlterTableStmt, columns: KnownColumns): readonly ObjectChange[] {
  const table = nameOf(relation)!;
  return cmds.flatMap((command) => ('AlterTableCmd' in command ? lossOf(table, command.AlterTableCmd, columns) : []));
}

/** A change of a column's type: what was known of it, and what it becomes. */
export interface TypeChange {
  readonly from: ColumnType | undefined;
  readonly to: ColumnType;
  /** The expression that computes the new values, unless it is the old one or its cast to the new type. */
  readonly using: Node | undefined;
}

/** The change of type that a command of an ALTER TABLE is. */
export function typeChange(table: string, command: AlterTableCmd, columns: KnownColumns): TypeChange | undefined {
  const { subtype, name = '', def } = command;
  if (subtype !== 'AT_AlterColumnType' || !def || !('ColumnDef' in def) || !def.ColumnDef.typeName) return undefined;
  const from = columns.typeOf(table, name);
  const to = columnType(def.ColumnDef.typeName);
  return { from, to, using: realUsing(name, def.ColumnDef, from, to) };
}

function lossOf(table: string, command: AlterTableCmd, columns: KnownColumns): readonly ObjectChange[] {
  const { subtype, name = '', def } = command;
  const column = { object: 'column', name: `${table}.${name}` };
  switch (subtype) {
    case 'AT_DropColumn':
      return [{ change: 'drop', ...column }];
    case 'AT_DropExpression':
      return [{ change: 'freeze', ...column }];
    case 'AT_DetachPartition': {
      const partition = def && 'PartitionCmd' in def ? nameOf(def.PartitionCmd.name) : undefined;
      return [{ change: 'detach', object: 'table', name: partition ?? '', detail: `from table ${table}` }];
    }
    case 'AT_DropInherit': {
      const parent = def && 'RangeVar' in def ? nameOf(def.RangeVar) : undefined;
      return [{ change: 'detach', object: 'table', name: table, detail: `from table ${parent ?? ''}` }];
    }
    case 'AT_AlterColumnType': {
      const detail = lossyDetail(typeChange(table, command, columns)!, columns);
      return detail === undefined ? [] : [{ change: 'retype', ...column, detail }];
    }
    default:
      return [];
  }
}

/** Why a change of type may lose something; undefined when it cannot. */
function lossyDetail({ from, to, using }: TypeChange, { domains }: KnownColumns): string | undefined {
  const change = from === undefined ? `to ${typeText(to)}` : `from ${typeText(from)} to ${typeText(to)}`;
  if (using !== undefined) return `${change} with USING`;
  const isHeld = !domains.constrained(to.name) && holdsAll(from && domains.storedAs(from), domains.storedAs(to));
  if (isHeld) return undefined;
  return from === undefined ? `${change}, from a type that no migration of this folder shows,` : change;
}

function realUsing(
  name: string,
  { raw_default: using }: ColumnDef,
  from: ColumnType | undefined,
  to: ColumnType,
): Node | undefined {
  if (using === undefined || isColumn(using, name)) return undefined;
  if ('TypeCast' in using && isColumn(using.TypeCast.arg, name) && using.TypeCast.typeName) {
    if (typeText(columnType(using.TypeCast.typeName)) === typeText(to)) return undefined;
  }
  // One instant for one local time, both ways.
  const isTimestamp = (type: ColumnType | undefined) =>
    ['timestamp', 'timestamptz'].includes(type?.name ?? '') && type!.modifiers.length === 0;
  if (isUtc(using, name) && isTimestamp(from) && isTimestamp(to)) return undefined;
  return using;
}

/** `column AT TIME ZONE 'UTC'` */
function isUtc(using: Node, name: string): boolean {
  if (!('FuncCall' in using) || texts(using.FuncCall.funcname).at(-1) !== 'timezone') return false;
  const [zone, column] = using.FuncCall.args ?? [];
  return (
    zone !== undefined && 'A_Const' in zone && /^utc$/i.test(zone.A_Const.sval?.sval ?? '') && isColumn(column, name)
  );
}

function isColumn(node: Node | undefined, name: string): boolean {
  return node !== undefined && 'ColumnRef' in node && texts(node.ColumnRef.fields).at(-1) === name;
}
