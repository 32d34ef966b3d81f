import type { TargetProperties } from '../core/wire';
import type { ScopeAccess } from './ledger-access';

/** How the scope's deployments reached their targets, by name; where they differ, the newest counts. */
export async function deployedTargets({
  ports,
  scope,
}: ScopeAccess): Promise<Readonly<Record<string, TargetProperties>>> {
  const deployments = await ports.ledger.deployments(scope);
  return Object.assign({}, ...deployments.map(({ targets }) => targets));
}
