import type { Bundle } from '../../core/bundle/bundle';
import type { ScopeState } from '../../core/ledger/state';
import type { DatabaseKind } from '../../core/wire';
import { deployedTargets } from '../deployed-targets';
import type { ScopeAccess } from '../ledger-access';
import { forwardDeployment, type ScopeStatus, scopeStatus } from './status';

/** @param folder a local migrations folder to compare with, instead of the deployed bundle */
export async function readScopeStatus(access: ScopeAccess, folder?: string): Promise<ScopeStatus> {
  const state = await access.ports.ledger.load(access.scope);
  const bundle = folder === undefined ? await deployedBundle(access, state) : await localBundle(folder);
  const targets = await deployedTargets(access);
  const kinds = Object.entries(targets).map(([name, { DatabaseKind }]): [string, DatabaseKind] => [name, DatabaseKind]);
  return scopeStatus(state, bundle, Object.fromEntries(kinds));
}

async function deployedBundle({ ports }: ScopeAccess, state: ScopeState): Promise<Bundle | undefined> {
  const location = forwardDeployment(state)?.bundle ?? state.applied?.bundle ?? state.open.at(-1)?.bundle;
  return location && ports.bundles.load(location);
}

async function localBundle(folder: string): Promise<Bundle> {
  const { buildBundle } = await import('../../bundler/index.js');
  return (await buildBundle({ folder })).bundle;
}
