import { createdTables } from '../bundle/created-tables';
import type { DataPlace } from '../bundle/data-action';
import type { DeploymentRun } from './deployment-run';

/** Whether this deployment has made a table: then it deletes it, with all that is in it, when it is rolled back. */
export async function hasMade(run: DeploymentRun, { target, table }: DataPlace): Promise<boolean> {
  for (const record of run.records) {
    const isUndoneByDeleting = record.state === 'applied' && !record.adopted && !record.irreversible;
    if (record.target !== target || !isUndoneByDeleting) continue;
    if (createdTables(await run.migration(record.id)).includes(table)) return true;
  }
  return false;
}
