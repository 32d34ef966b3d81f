import { MigrationError } from '../../errors/index';
import type { DeploymentPhase } from './deployment-phase';

/**
 * CloudFormation closes what an update opened before it asks for anything to be undone. So a database that can be reached
 * only since this very update could be migrated, but not rolled back: better to say so while nothing has been changed.
 */
export const doors: DeploymentPhase = {
  async plan({ request, deployment }) {
    const names = new Set(deployment.plan.map((id) => id.split('/')[0]!));
    for (const name of names) {
      const properties = deployment.targets[name]!;
      if (!(await request.ports.stacks.opensTarget(request.recorded.stackId, properties))) continue;
      throw new MigrationError(
        'DOOR_OPENED_TOO_LATE',
        `The database of target ${name} can be reached only since this update, which turned on its Data API. If the update failed, CloudFormation would turn it off again before the migrations could be undone.`,
        {
          payload: { target: name },
          hint: 'Use two deployments: turn on the Data API (enableDataApi) in the first, add or change the migrations in the second.',
        },
      );
    }
  },
};
