import type { Deployment, ScopeState } from '../core/ledger/state';
import type { TargetProperties } from '../core/wire';
import type { ScopeAccess } from './ledger-access';

/** How the deployments of a scope reached their targets, by name, as the newest deployment of each target has it. */
export async function deployedTargets(
  { dynamodb, table }: ScopeAccess,
  { scope, open }: ScopeState,
): Promise<Readonly<Record<string, TargetProperties>>> {
  const { fromItem, LedgerTable, sortKeys } = await import('../lambda/aws/ledger-table.js');
  const closed = await new LedgerTable(table, dynamodb).list(scope, sortKeys.closed(''));
  const deployments = [...closed.map((item) => fromItem<Deployment>(item)), ...open];
  const oldestFirst = deployments.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  return Object.assign({}, ...oldestFirst.map(({ targets }) => targets));
}
