import type { MergeStmt, UpdateStmt } from 'libpg-query';
import type { ObjectChange } from '../../core/bundle/safety';
import type { Node } from './parser';
import { nameOf, texts } from './tree';

/** What a statement does to all rows of a table. What a condition narrows is the author's own affair. */
export function changedRows(node: Node): readonly ObjectChange[] {
  if ('TruncateStmt' in node) {
    const { relations = [] } = node.TruncateStmt;
    return relations.flatMap((table) => ('RangeVar' in table ? empty(nameOf(table.RangeVar)) : []));
  }
  if ('DeleteStmt' in node && isEveryRow(node.DeleteStmt.whereClause)) return empty(nameOf(node.DeleteStmt.relation));
  if ('UpdateStmt' in node && isEveryRow(node.UpdateStmt.whereClause)) return [overwrite(node.UpdateStmt)];
  if ('MergeStmt' in node) return merged(node.MergeStmt);
  return [];
}

/** A condition that no row fails: none, or one that is true whatever the row holds. */
export function isEveryRow(condition: Node | undefined): boolean {
  return condition === undefined || truthOf(condition) === true;
}

function empty(table = ''): readonly ObjectChange[] {
  return [{ change: 'empty', object: 'table', name: table }];
}

function overwrite({ relation, targetList = [] }: Pick<UpdateStmt, 'relation' | 'targetList'>): ObjectChange {
  const table = nameOf(relation) ?? '';
  const columns = targetList.flatMap((target) => ('ResTarget' in target ? `${table}.${target.ResTarget.name}` : []));
  return { change: 'overwrite', object: 'table', name: table, columns };
}

/** MERGE deletes what it joins; only a condition of the clause itself says that this is meant for some of the rows. */
function merged({ relation, joinCondition, mergeWhenClauses = [] }: MergeStmt): readonly ObjectChange[] {
  return mergeWhenClauses.flatMap((clause) => {
    if (!('MergeWhenClause' in clause)) return [];
    const { commandType, matchKind, condition, targetList } = clause.MergeWhenClause;
    if (!isEveryRow(condition)) return [];
    if (commandType === 'CMD_DELETE') return empty(nameOf(relation));
    const isEvery = matchKind === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE' || isEveryRow(joinCondition);
    return commandType === 'CMD_UPDATE' && isEvery ? [overwrite({ relation, targetList })] : [];
  });
}

/** The truth of an expression that is the same for every row; undefined when it depends on the row, or cannot be told. */
function truthOf(node: Node | undefined, depth = 0): boolean | undefined {
  // Nobody nests by hand what would exhaust the stack.
  if (node === undefined || depth > 200) return undefined;
  if ('A_Const' in node) {
    // Protobuf leaves out false.
    if (node.A_Const.boolval) return node.A_Const.boolval.boolval === true;
    return truths[node.A_Const.sval?.sval?.toLowerCase() ?? ''];
  }
  if ('TypeCast' in node)
    return isBoolean(node.TypeCast.typeName?.names) ? truthOf(node.TypeCast.arg, depth + 1) : undefined;
  if ('BoolExpr' in node) {
    const { boolop, args = [] } = node.BoolExpr;
    const values = args.map((arg) => truthOf(arg, depth + 1));
    if (boolop === 'NOT_EXPR') return values[0] === undefined ? undefined : !values[0];
    const decisive = boolop === 'OR_EXPR';
    if (values.includes(decisive)) return decisive;
    return values.every((value) => value === !decisive) ? !decisive : undefined;
  }
  if ('A_Expr' in node && node.A_Expr.kind === 'AEXPR_OP' && ['=', '<>'].includes(texts(node.A_Expr.name).join())) {
    const { lexpr, rexpr, name } = node.A_Expr;
    return compare(lexpr, rexpr, texts(name).join() === '=');
  }
  return undefined;
}

/** `1 = 1`, `1 <> 2`, and a column with itself, which is true for every row that has a value. */
function compare(left: Node | undefined, right: Node | undefined, equal: boolean): boolean | undefined {
  if (!left || !right) return undefined;
  const [a, b] = [plain(left), plain(right)];
  if ('A_Const' in left && 'A_Const' in right) return (a === b) === equal;
  return 'ColumnRef' in left && a === b && equal ? true : undefined;
}

function plain(node: Node): string {
  return JSON.stringify(node, (key, value) => (key === 'location' ? undefined : value));
}

function isBoolean(names: readonly Node[] | undefined): boolean {
  return ['bool', 'boolean'].includes(texts(names).at(-1) ?? '');
}

const truths: Readonly<Record<string, boolean>> = { t: true, true: true, f: false, false: false };
