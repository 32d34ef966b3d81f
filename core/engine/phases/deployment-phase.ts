import type { Moment } from '../../bundle/phases';
import type { DeploymentRun } from '../deployment-run';
import type { Progress } from '../progress';

/**
 * What a phase does once for a whole deployment, by moment. Each may be called again: after a crash, and when it answers that
 * it is not done.
 * - `plan`: refuses the deployment by an error, before anything is changed or recorded.
 * - `forward`: before the answer, in the order of the strategy. An error rolls the deployment back.
 * - `roll-back`: after its migrations were undone, last phase first.
 * - `commit`: after the contract phases.
 */
export type DeploymentPhase = Partial<Readonly<Record<Moment, (run: DeploymentRun) => Promise<Progress | undefined>>>>;
