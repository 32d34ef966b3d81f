import { columns } from './cases/columns';
import { constraints } from './cases/constraints';
import { harmlessChanges } from './cases/harmless-changes';
import { indexes } from './cases/indexes';
import { newTables } from './cases/new-tables';
import { safeWays } from './cases/safe-ways';
import { style } from './cases/style';
import { tables } from './cases/tables';
import type { HazardCase } from './hazard-case';

/** Hazards first, then what is none. Sources: rules of linters by their names, and pages of PostgreSQL's manual. */
export const cases: readonly HazardCase[] = [
  ...indexes,
  ...constraints,
  ...columns,
  ...tables,
  ...newTables,
  ...safeWays,
  ...harmlessChanges,
  ...style,
];
