import type { RangeVar } from 'libpg-query';
import type { Node } from '../parser';
import { isEveryRow } from '../rows';
import { effectsOf, nameOf, nodesOf, texts } from '../tree';
import type { Hazard, HazardContext } from './hazard';
import { isStrict, validateHazard } from './validate';

/** Tables that one transaction may lock without a warning. */
const fewTables = 2;

/** What the statements of one transaction have locked so far: each lock is held until the end. */
export class TransactionLocks {
  private readonly tables = new Set<string>();
  /** By foreign keys of others, which keep only writers away. */
  private readonly referenced = new Set<string>();

  /** The hazards of a statement because of those before it; takes its locks into account from then on. */
  next({ statement, isNew }: HazardContext): readonly Hazard[] {
    const hazards: Hazard[] = [];
    for (const node of effectsOf(statement.node)) {
      hazards.push(...this.validated(node), ...this.changedRows(node));
      const before = this.tables.size;
      for (const table of lockedBy(node)) if (!isNew(table)) this.tables.add(table);
      for (const table of referencedBy(node)) if (!isNew(table)) this.referenced.add(table);
      if (before <= fewTables && this.tables.size > fewTables) hazards.push(manyTables([...this.tables]));
    }
    return hazards;
  }

  private validated(node: Node): readonly Hazard[] {
    // Of a lock that it takes itself ./find knows.
    if (!('AlterTableStmt' in node) || isStrict(node.AlterTableStmt)) return [];
    const table = nameOf(node.AlterTableStmt.relation)!;
    const isLocked = this.tables.has(table) || this.referenced.has(table);
    return isLocked ? validateHazard(node.AlterTableStmt, 'an earlier statement') : [];
  }

  private changedRows(node: Node): readonly Hazard[] {
    const change = changeIn(node);
    const table = nameOf(change?.relation);
    if (!change || table === undefined || !this.tables.has(table)) return [];
    // Without a condition it is a hazard of its own.
    if (isEveryRow(change.condition) || picksFew(change.condition)) return [];
    return [
      {
        rule: 'update-under-lock',
        what: `${change.verb} changes rows of ${table} while the lock of an earlier statement keeps everybody away`,
        hint: 'Change the rows in a migration of its own, in parts when there are many.',
      },
    ];
  }
}

interface Change {
  readonly verb: string;
  readonly relation: RangeVar | undefined;
  readonly condition: Node | undefined;
}

/** A change of rows that are there. */
function changeIn(node: Node): Change | undefined {
  if ('UpdateStmt' in node) {
    return { verb: 'UPDATE', relation: node.UpdateStmt.relation, condition: node.UpdateStmt.whereClause };
  }
  if ('DeleteStmt' in node) {
    return { verb: 'DELETE', relation: node.DeleteStmt.relation, condition: node.DeleteStmt.whereClause };
  }
  if (!('MergeStmt' in node)) return undefined;
  const { relation, joinCondition, mergeWhenClauses = [] } = node.MergeStmt;
  const changes = mergeWhenClauses.some(
    (clause) => 'MergeWhenClause' in clause && /^CMD_(UPDATE|DELETE)$/.test(clause.MergeWhenClause.commandType ?? ''),
  );
  return changes ? { verb: 'MERGE', relation, condition: joinCondition } : undefined;
}

/** A condition that compares a column with a value: as a rule a key, or something as rare. */
function picksFew(condition: Node | undefined): boolean {
  if (condition === undefined) return false;
  if ('BoolExpr' in condition && condition.BoolExpr.boolop === 'AND_EXPR') {
    return (condition.BoolExpr.args ?? []).some(picksFew);
  }
  if (!('A_Expr' in condition)) return false;
  const { kind, name, lexpr, rexpr } = condition.A_Expr;
  const isEqual = (kind === 'AEXPR_OP' || kind === 'AEXPR_IN') && texts(name).join() === '=';
  const values = rexpr && 'List' in rexpr ? (rexpr.List.items ?? []) : [rexpr];
  const isConstant = values.every((value) => value !== undefined && ('A_Const' in value || 'TypeCast' in value));
  return isEqual && lexpr !== undefined && 'ColumnRef' in lexpr && isConstant;
}

/** PostgreSQL's number of the weakest lock that writers wait for. */
const shareLock = 5;

function lockedBy(node: Node): readonly string[] {
  if ('AlterTableStmt' in node) {
    const { relation, objtype } = node.AlterTableStmt;
    return objtype === 'OBJECT_TABLE' && isStrict(node.AlterTableStmt) ? named(relation) : [];
  }
  if ('RenameStmt' in node) {
    const { renameType, relationType, relation } = node.RenameStmt;
    const isTable = renameType === 'OBJECT_TABLE' || relationType === 'OBJECT_TABLE';
    return isTable ? named(relation) : [];
  }
  if ('LockStmt' in node) {
    // Writers wait from SHARE on.
    if ((node.LockStmt.mode ?? 0) < shareLock) return [];
    return (node.LockStmt.relations ?? []).flatMap((table) => ('RangeVar' in table ? named(table.RangeVar) : []));
  }
  return 'CreateTrigStmt' in node ? named(node.CreateTrigStmt.relation) : [];
}

function referencedBy(node: Node): readonly string[] {
  if (!('AlterTableStmt' in node)) return [];
  return nodesOf(node).flatMap((part) => ('Constraint' in part ? named(part.Constraint.pktable) : []));
}

function named(relation: Parameters<typeof nameOf>[0]): readonly string[] {
  const name = nameOf(relation);
  return name === undefined ? [] : [name];
}

function manyTables(tables: readonly string[]): Hazard {
  return {
    rule: 'lock-many-tables',
    what: `This transaction locks ${tables.join(', ')} and holds all of the locks until it ends`,
    hint: 'Write a migration for each table.',
  };
}
