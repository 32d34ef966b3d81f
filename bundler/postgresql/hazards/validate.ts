import type { AlterTableCmd, AlterTableStmt } from 'libpg-query';
import { nameOf } from '../tree';
import type { Hazard } from './hazard';
import { quote, quoteOne, together } from './rewrite';

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

/** Whether readers or writers wait for an ALTER TABLE: it takes the strictest lock that one of its commands needs. */
export function isStrict({ cmds = [] }: AlterTableStmt): boolean {
  return !cmds.every((part) => 'AlterTableCmd' in part && gentle.includes(part.AlterTableCmd.subtype));
}

/** A VALIDATE CONSTRAINT, which keeps nobody waiting by itself. @param held whose lock is held meanwhile */
export function validateHazard({ relation, cmds = [] }: AlterTableStmt, held: string): readonly Hazard[] {
  const table = nameOf(relation)!;
  const names = cmds.flatMap((command) =>
    'AlterTableCmd' in command && command.AlterTableCmd.subtype === 'AT_ValidateConstraint'
      ? [command.AlterTableCmd.name ?? '']
      : [],
  );
  if (names.length === 0) return [];
  return [
    {
      rule: 'validate-constraint',
      what: `VALIDATE CONSTRAINT reads every row of ${table} while the lock of ${held} is held`,
      hint: 'Validate in a migration of its own: then nobody waits for it.',
      rewrite: together(...names.map((name) => `ALTER TABLE ${quote(table)} VALIDATE CONSTRAINT ${quoteOne(name)}`)),
    },
  ];
}
