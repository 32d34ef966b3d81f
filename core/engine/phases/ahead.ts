import { refuseChanged } from '../ahead/refuse-changed';
import type { DeploymentPhase } from './deployment-phase';

/** What was done ahead of a data migration counts only if it was done by the very migration, on the very databases. */
export const ahead: DeploymentPhase = {
  async plan(run) {
    const { deployment, request } = run;
    if (deployment.purpose !== 'deploy') return;
    const planned = await Promise.all(deployment.plan.map((id) => run.migration(id)));
    const data = new Map(planned.filter(({ kind }) => kind === 'data').map((one) => [one.id, one]));
    if (data.size === 0) return;
    for (const work of await request.ports.segments.aheads(request.recorded.scope)) {
      const migration = data.get(work.migration);
      if (migration) refuseChanged(work, migration, deployment.targets);
    }
  },
};
