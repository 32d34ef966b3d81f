import type { DeploymentPhaseName, Moment } from '../../bundle/phases';
import { deploymentPhases } from '../../protocol/strategies';
import type { DeploymentRun } from '../deployment-run';
import type { Progress } from '../progress';
import { ahead } from './ahead';
import { baseline } from './baseline';
import { claims } from './claims';
import type { DeploymentPhase } from './deployment-phase';
import { doors } from './doors';
import { formerLedger } from './former-ledger';
import { histories } from './histories';

const byName: Readonly<Record<DeploymentPhaseName, DeploymentPhase>> = {
  doors,
  'former-ledger': formerLedger,
  claims,
  histories,
  baseline,
  ahead,
};

/** Runs what one phase of a whole deployment does at a moment. */
export async function runDeploymentPhase(
  run: DeploymentRun,
  name: DeploymentPhaseName,
  moment: Moment,
): Promise<Progress> {
  return (await byName[name][moment]?.(run)) ?? 'done';
}

/** The phases of a whole deployment at a moment: in the strategy's order, in reverse to roll back. */
export function deploymentPhasesAt(run: DeploymentRun, moment: Moment): readonly DeploymentPhaseName[] {
  const names = deploymentPhases(run.deployment.strategy);
  return moment === 'roll-back' ? [...names].reverse() : names;
}
