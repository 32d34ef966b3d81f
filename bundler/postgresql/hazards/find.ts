import { isEveryRow } from '../rows';
import { effectsOf, nameOf } from '../tree';
import { columnHazard } from './columns';
import { constraintHazard, domainHazard } from './constraints';
import type { Hazard, HazardContext } from './hazard';
import { maintenanceHazard, tableHazard } from './maintenance';
import { isStrict, validateHazard } from './validate';

/** The hazards of a statement by itself; what those before it in its transaction add is in ./transaction. */
export function findHazards(context: HazardContext): readonly Hazard[] {
  const hazards = effectsOf(context.statement.node).flatMap((node): readonly Hazard[] => {
    if ('AlterTableStmt' in node) {
      const table = nameOf(node.AlterTableStmt.relation)!;
      const { objtype, cmds = [], relation } = node.AlterTableStmt;
      // PostgreSQL has no rows of a foreign table, nor of a type.
      if (context.isNew(table) || objtype === 'OBJECT_FOREIGN_TABLE' || objtype === 'OBJECT_TYPE') return [];
      // With ONLY it is about the partitioned table itself, which has none either.
      if (context.known.isPartitioned(table) && !relation?.inh) return [];
      const hazards = cmds.flatMap((command) =>
        'AlterTableCmd' in command
          ? [columnHazard, constraintHazard, tableHazard].flatMap((find) => find(table, command.AlterTableCmd, context))
          : [],
      );
      return isStrict(node.AlterTableStmt)
        ? [...hazards, ...validateHazard(node.AlterTableStmt, 'another command of the same statement')]
        : hazards;
    }
    if ('AlterDomainStmt' in node) return domainHazard(node.AlterDomainStmt);
    if ('UpdateStmt' in node && isEveryRow(node.UpdateStmt.whereClause)) {
      const table = nameOf(node.UpdateStmt.relation);
      return context.isNew(table) ? [] : [everyRow(table)];
    }
    return maintenanceHazard(node, context);
  });
  // One of a kind is enough for a statement with many parts.
  return hazards.filter(({ rule }, index) => hazards.findIndex((other) => other.rule === rule) === index);
}

function everyRow(table: string | undefined): Hazard {
  return {
    rule: 'update-every-row',
    what: `UPDATE without a condition writes every row of ${table} anew and locks it until the section ends`,
    hint: 'Give the column a DEFAULT when you add it, or update in parts from a sql() migration.',
  };
}
