import { MigrationError } from '../../core/errors/index';
import type { KnownColumns } from './columns';
import type { Node, ParsedStatement } from './parser';
import { effectsOf, nameOf, qualified, texts } from './tree';

/**
 * Values that are added to an enum and used in the same transaction: PostgreSQL refuses that ("unsafe use of new value").
 * A text of the same letters counts as use when it is cast to the enum, or stands in a statement about a table that has a
 * column of it, or whose columns are not known.
 * @param own the enums that the same transaction makes, whose values may be used at once
 */
export function usedTooEarly(statements: readonly ParsedStatement[], columns: KnownColumns): readonly MigrationError[] {
  const own = new Set<string>();
  const added: { readonly type: string; readonly value: string; readonly line: number }[] = [];
  return statements.flatMap(({ node, location }) => {
    if ('CreateEnumStmt' in node) own.add(qualified(texts(node.CreateEnumStmt.typeName)));
    if ('AlterEnumStmt' in node) {
      const { typeName, oldVal, newVal = '' } = node.AlterEnumStmt;
      const type = qualified(texts(typeName));
      if (oldVal === undefined && !own.has(type)) added.push({ type, value: newVal, line: location.line });
      return [];
    }
    if (added.length === 0) return [];
    const used = added.find(({ type, value }) => uses(node, type, value, columns));
    return used ? [tooEarly(used, location)] : [];
  });
}

function uses(statement: Node, type: string, value: string, columns: KnownColumns): boolean {
  const nodes = effectsOf(statement);
  const isValue = (node: Node | undefined) =>
    node !== undefined && 'A_Const' in node && node.A_Const.sval?.sval === value;
  const casts = nodes.filter((node) => 'TypeCast' in node && isValue(node.TypeCast.arg));
  const toType = casts.some((node) => 'TypeCast' in node && qualified(texts(node.TypeCast.typeName?.names)) === type);
  if (toType) return true;
  // One that is cast to something else is no value of the enum.
  if (nodes.filter(isValue).length <= casts.length) return false;
  const tables = tablesIn(nodes);
  return tables.length === 0 ? false : tables.some((table) => columns.mayHave(table, type));
}

function tablesIn(nodes: readonly Node[]): readonly string[] {
  return nodes.flatMap((node) => {
    const own = 'RangeVar' in node ? nameOf(node.RangeVar) : undefined;
    const [body] = Object.values(node) as { readonly relation?: unknown }[];
    const relation = body?.relation as Parameters<typeof nameOf>[0];
    return [own, nameOf(relation)].filter((name) => name !== undefined);
  });
}

function tooEarly(
  { type, value, line }: { type: string; value: string; line: number },
  location: ParsedStatement['location'],
): MigrationError {
  const message = `The value '${value}', which line ${line} adds to the type ${type}, is used in the same transaction. PostgreSQL refuses that.`;
  return new MigrationError('ENUM_VALUE_USED', message, {
    payload: { type, value },
    hint: 'Add the value in a migration of its own, and use it in one that depends on it.',
    location,
  });
}
