import type { Node } from '../parser';
import type { ColumnType } from '../types';

/** Whether the time zone is UTC after a statement; undefined when it does not set it. */
export function utcAfter(statement: Node): boolean | undefined {
  if (!('VariableSetStmt' in statement) || !/^timezone$/i.test(statement.VariableSetStmt.name ?? '')) return undefined;
  const [zone] = statement.VariableSetStmt.args ?? [];
  return zone !== undefined && 'A_Const' in zone && /^(utc|etc\/utc|gmt)$/i.test(zone.A_Const.sval?.sval ?? '');
}

/** Local times that become instants, or the other way round: in UTC both are stored alike (since PostgreSQL 12). */
export function isAlikeInUtc(from: ColumnType | undefined, to: ColumnType): boolean {
  const names = [from?.name, to.name];
  const isChange = names.includes('timestamp') && names.includes('timestamptz');
  return isChange && !from!.isArray && !to.isArray && to.modifiers.length === 0;
}
