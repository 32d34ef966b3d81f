import type { DeploymentPhaseName, Moment } from '../../bundle/phases';
import { deploymentPhases } from '../../protocol/strategies';
import type { DeploymentRun } from '../deployment-run';
import { claims } from './claims';
import type { DeploymentPhase } from './deployment-phase';
import { histories } from './histories';

const byName: Readonly<Record<DeploymentPhaseName, DeploymentPhase>> = { claims, histories };

/** Runs what one phase of a whole deployment does at a moment. */
export async function runDeploymentPhase(run: DeploymentRun, name: DeploymentPhaseName, moment: Moment): Promise<void> {
  await byName[name][moment]?.(run);
}

/** Runs what all phases of a whole deployment do at a moment: in the strategy's order, in reverse to roll back. */
export async function runDeploymentPhases(run: DeploymentRun, moment: Moment): Promise<void> {
  const names = deploymentPhases(run.deployment.strategy);
  for (const name of moment === 'roll-back' ? [...names].reverse() : names) await runDeploymentPhase(run, name, moment);
}
