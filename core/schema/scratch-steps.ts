import { actionsOf } from '../bundle/bundle';
import { canonicalJson, sha256 } from '../bundle/checksum';
import { type StepAction, singleSteps } from '../engine/kinds/index';
import type { Target } from '../ports';
import type { AppliedMigration } from './comparing';

/** One step of a migration that makes the expected schema. */
export interface ScratchStep {
  readonly migration: AppliedMigration['migration'];
  readonly phase: 'up' | 'contract';
  readonly number: number;
  readonly action: StepAction;
}

/**
 * What makes the expected schema, in order. Work on items and verification are left out: they change no schema, and an empty
 * database does not have the rows that they are about.
 */
export function scratchSteps(
  migrations: readonly AppliedMigration[],
  target: Pick<Target, 'sql' | 'traits'>,
): readonly ScratchStep[] {
  return byDeployment(migrations).flatMap((together) => [
    ...together.flatMap(({ migration }) => stepsOf(migration, 'up', target)),
    ...together
      .filter(({ isContracted }) => isContracted)
      .flatMap(({ migration }) => stepsOf(migration, 'contract', target)),
  ]);
}

/** Tells the same work from any other. */
export function digestOf(migrations: readonly AppliedMigration[]): string {
  const facts = migrations.map(({ migration: { id, checksum }, isContracted, deployment = null }) => {
    return { id, checksum, isContracted, deployment };
  });
  return sha256(canonicalJson(facts));
}

function stepsOf(
  migration: AppliedMigration['migration'],
  phase: ScratchStep['phase'],
  target: Pick<Target, 'sql' | 'traits'>,
): readonly ScratchStep[] {
  return singleSteps(actionsOf(migration, phase), target).flatMap((action, number) =>
    action.type === 'data' ? [] : [{ migration, phase, number, action }],
  );
}

/** Neighbours that one deployment applied. */
function byDeployment(migrations: readonly AppliedMigration[]): readonly (readonly AppliedMigration[])[] {
  const groups: AppliedMigration[][] = [];
  for (const one of migrations) {
    const last = groups.at(-1);
    const isTogether = one.deployment !== undefined && last?.[0]?.deployment === one.deployment;
    if (isTogether) last?.push(one);
    else groups.push([one]);
  }
  return groups;
}
