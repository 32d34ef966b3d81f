import type { AlterTableCmd } from 'libpg-query';
import type { Node } from '../parser';
import { isEveryRow } from '../rows';
import { effectsOf, nameOf, texts } from '../tree';
import type { Hazard, HazardContext } from './hazard';
import { quote, quoteOne, together } from './rewrite';

/** Tables that one transaction may lock without a warning. */
const fewTables = 2;

/** Commands of ALTER TABLE that neither readers nor writers wait for. */
const gentle: readonly AlterTableCmd['subtype'][] = [
  'AT_ValidateConstraint',
  'AT_SetStatistics',
  'AT_SetOptions',
  'AT_ResetOptions',
  'AT_SetRelOptions',
  'AT_ResetRelOptions',
  'AT_ClusterOn',
  'AT_DropCluster',
  'AT_AttachPartition',
];

/** What the statements of one transaction have locked so far: each lock is held until the end. */
export class TransactionLocks {
  private readonly tables = new Set<string>();

  /** The hazards of a statement because of those before it; takes its locks into account from then on. */
  next({ statement, isNew }: HazardContext): readonly Hazard[] {
    const hazards: Hazard[] = [];
    for (const node of effectsOf(statement.node)) {
      hazards.push(...this.validated(node), ...this.changedRows(node));
      const before = this.tables.size;
      for (const table of lockedBy(node)) if (!isNew(table)) this.tables.add(table);
      if (before <= fewTables && this.tables.size > fewTables) hazards.push(manyTables([...this.tables]));
    }
    return hazards;
  }

  private validated(node: Node): readonly Hazard[] {
    if (!('AlterTableStmt' in node)) return [];
    const table = nameOf(node.AlterTableStmt.relation)!;
    const names = (node.AlterTableStmt.cmds ?? []).flatMap((command) =>
      'AlterTableCmd' in command && command.AlterTableCmd.subtype === 'AT_ValidateConstraint'
        ? [command.AlterTableCmd.name ?? '']
        : [],
    );
    if (names.length === 0 || !this.tables.has(table)) return [];
    const validate = names.map((name) => `ALTER TABLE ${quote(table)} VALIDATE CONSTRAINT ${quoteOne(name)}`);
    return [
      {
        rule: 'validate-constraint',
        what: `VALIDATE CONSTRAINT reads every row of ${table} while the lock of an earlier statement is held`,
        hint: 'Validate in a migration of its own: then nobody waits for it.',
        rewrite: together(...validate),
      },
    ];
  }

  private changedRows(node: Node): readonly Hazard[] {
    const change = 'UpdateStmt' in node ? node.UpdateStmt : 'DeleteStmt' in node ? node.DeleteStmt : undefined;
    const table = nameOf(change?.relation);
    if (!change || table === undefined || !this.tables.has(table)) return [];
    // Without a condition it is a hazard of its own.
    if (isEveryRow(change.whereClause) || picksFew(change.whereClause)) return [];
    return [
      {
        rule: 'update-under-lock',
        what: `${'UpdateStmt' in node ? 'UPDATE' : 'DELETE'} changes rows of ${table} while the lock of an earlier statement keeps everybody away`,
        hint: 'Change the rows in a migration of its own, in parts when there are many.',
      },
    ];
  }
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

function lockedBy(node: Node): readonly string[] {
  if ('AlterTableStmt' in node) {
    const { relation, cmds = [], objtype } = node.AlterTableStmt;
    const isGentle = cmds.every((part) => 'AlterTableCmd' in part && gentle.includes(part.AlterTableCmd.subtype));
    return objtype === 'OBJECT_TABLE' && !isGentle ? named(relation) : [];
  }
  if ('RenameStmt' in node) {
    const { renameType, relationType, relation } = node.RenameStmt;
    const isTable = renameType === 'OBJECT_TABLE' || relationType === 'OBJECT_TABLE';
    return isTable ? named(relation) : [];
  }
  if ('LockStmt' in node) {
    return (node.LockStmt.relations ?? []).flatMap((table) => ('RangeVar' in table ? named(table.RangeVar) : []));
  }
  return 'CreateTrigStmt' in node ? named(node.CreateTrigStmt.relation) : [];
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
