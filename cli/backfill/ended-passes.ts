import { actionsOf } from '../../core/bundle/bundle';
import { type Deployment, migrationKey } from '../../core/ledger/state';
import type { Pass } from '../../core/ports';
import type { ScopeAccess } from '../ledger-access';
import { type PassReport, phasesInBundle, phasesWithItems, reportOf } from './passes';

/** What the last deployment that has ended did with items. */
export interface EndedPasses {
  readonly deployment: string;
  readonly state: 'rolled-back' | 'committed';
  readonly endedAt: string;
  readonly passes: readonly PassReport[];
}

/** Undefined when it did nothing with items. Most often somebody wants to see why it failed. */
export async function endedPassesOf(access: ScopeAccess): Promise<EndedPasses | undefined> {
  const deployments = await access.ports.ledger.deployments(access.scope);
  const last = deployments.filter(({ purpose, bundle }) => purpose === 'deploy' && bundle).at(-1);
  if (!last || (last.state !== 'rolled-back' && last.state !== 'committed')) return undefined;
  const passes: PassReport[] = [];
  for (const id of last.plan) passes.push(...(await passesOfMigration(access, last, id)));
  const { id, state, endedAt = '' } = last;
  return passes.length === 0 ? undefined : { deployment: id, state, endedAt, passes };
}

async function passesOfMigration(
  { ports, scope }: ScopeAccess,
  deployment: Deployment,
  id: string,
): Promise<readonly PassReport[]> {
  const [target, version] = id.split('/') as [string, string];
  const key = migrationKey(target, deployment.targets[target]?.Identity ?? '', version);
  const phases = await phasesInBundle({ ports, scope }, deployment, { id });
  const reports: PassReport[] = [];
  for (const phase of phasesWithItems) {
    for (const [number, action] of actionsOf({ phases }, phase).entries()) {
      if (action.type !== 'data') continue;
      for (const direction of ['forward', 'undo'] as const) {
        const pass: Pass = { scope, deployment: deployment.id, key, step: `${phase}.${number}`, direction };
        const [first] = await ports.segments.list(pass);
        if (first) reports.push(await reportOf({ ports }, { id, version }, pass, action, first.of));
      }
    }
  }
  return reports;
}
