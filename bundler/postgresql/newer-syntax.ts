import type { Node } from './parser';
import { nodesOf } from './tree';

/** Something that PostgreSQL's grammar has only since a version. */
interface NewerSyntax {
  readonly what: string;
  readonly since: number;
}

/** What a statement has that PostgreSQL 14, the oldest version of Aurora that is alive, does not. Small on purpose. */
export function newerSyntax(statement: Node): readonly NewerSyntax[] {
  const found = new Map<string, number>();
  for (const node of nodesOf(statement)) for (const [what, since] of partsOf(node)) found.set(what, since);
  return [...found].map(([what, since]) => ({ what, since }));
}

type Part = readonly [what: string, since: number];

function partsOf(node: Node): readonly Part[] {
  if ('MergeStmt' in node) {
    const { returningClause, mergeWhenClauses } = node.MergeStmt;
    const bySource = mergeWhenClauses?.some(
      (clause) =>
        'MergeWhenClause' in clause && clause.MergeWhenClause.matchKind === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE',
    );
    return [
      ['MERGE', 15],
      ...(returningClause ? [['MERGE ... RETURNING', 17] as const] : []),
      ...(bySource ? [['WHEN NOT MATCHED BY SOURCE', 17] as const] : []),
    ];
  }
  if ('IndexStmt' in node && node.IndexStmt.nulls_not_distinct) return [['NULLS NOT DISTINCT', 15]];
  if ('Constraint' in node) {
    const { nulls_not_distinct, contype, generated_kind, without_overlaps, is_enforced } = node.Constraint;
    const canBeUnenforced = contype === 'CONSTR_CHECK' || contype === 'CONSTR_FOREIGN';
    const isUnenforced = contype === 'CONSTR_ATTR_NOT_ENFORCED' || (canBeUnenforced && !is_enforced);
    return [
      ...(nulls_not_distinct ? [['NULLS NOT DISTINCT', 15] as const] : []),
      // 'v' is also what the newest grammar takes when neither is written: that is a syntax error in older ones.
      ...(contype === 'CONSTR_GENERATED' && generated_kind === 'v'
        ? [['a VIRTUAL generated column', 18] as const]
        : []),
      ...(without_overlaps ? [['WITHOUT OVERLAPS', 18] as const] : []),
      ...(isUnenforced ? [['NOT ENFORCED', 18] as const] : []),
    ];
  }
  if ('AlterTableCmd' in node) {
    if (node.AlterTableCmd.subtype === 'AT_SetExpression') return [['SET EXPRESSION', 17]];
    if (node.AlterTableCmd.subtype === 'AT_SetAccessMethod') return [['SET ACCESS METHOD', 15]];
    return [];
  }
  const known = Object.entries(byNode).find(([kind]) => kind in node);
  return known ? [known[1]] : [];
}

const byNode: Readonly<Record<string, Part>> = {
  JsonTable: ['JSON_TABLE', 17],
  JsonFuncExpr: ['JSON_VALUE, JSON_QUERY and JSON_EXISTS', 17],
  JsonObjectConstructor: ['JSON_OBJECT', 16],
  JsonArrayConstructor: ['JSON_ARRAY', 16],
  JsonObjectAgg: ['JSON_OBJECTAGG', 16],
  JsonArrayAgg: ['JSON_ARRAYAGG', 16],
  JsonIsPredicate: ['IS JSON', 16],
  ReturningOption: ['RETURNING WITH (OLD, NEW)', 18],
};
