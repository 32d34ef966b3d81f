import type { TargetProperties } from '../core/wire';
import type { ScopeAccess } from './ledger-access';

/** How the deployments of a scope reached their targets, by name, as the newest deployment of each target has it. */
export async function deployedTargets({
  ports,
  scope,
}: ScopeAccess): Promise<Readonly<Record<string, TargetProperties>>> {
  const deployments = await ports.ledger.deployments(scope);
  return Object.assign({}, ...deployments.map(({ targets }) => targets));
}
