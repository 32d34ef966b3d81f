import { describe, expect, it } from '@jest/globals';
import { renderStatus } from '../../cli/status/render-status';
import { activityOf, scopeStatus } from '../../cli/status/status';
import type { Bundle } from '../../core/bundle/bundle';
import {
  type AppliedRevision,
  type Deployment,
  emptyState,
  type MigrationRecord,
  type ScopeState,
} from '../../core/ledger/state';

const revision: AppliedRevision = {
  revision: 'r1',
  identities: { users: 'cluster-1/app' },
  bundle: { Bucket: 'assets', Key: 'r1.json', Digest: 'r1' },
};

function open(...states: readonly Deployment['state'][]): ScopeState {
  const deployments = states.map((state) => ({ id: state, state, to: revision }) as Deployment);
  return { ...emptyState('App/Migrations'), open: deployments };
}

describe('the state of a scope', () => {
  it.each([
    [[], 'idle'],
    [['forward'], 'deploying'],
    [['applied'], 'awaiting-commit'],
    [['committing'], 'awaiting-commit'],
    [['applied', 'forward'], 'deploying'],
    [['applied', 'rolling-back'], 'rolling-back'],
    [['applied', 'failed'], 'failed'],
  ] as const)('with open deployments %j is %s', (states, activity) => {
    expect(activityOf(open(...states))).toBe(activity);
  });
});

const migration = (version: string, dependsOn: readonly string[] = []) => ({
  ...{ id: `users/${version}`, target: 'users', version, name: `change ${version}`, kind: 'sql' as const },
  ...{ checksum: `sum-${version}`, dependsOn, irreversible: false },
});

const bundle = {
  format: 1,
  migrations: [migration('1.0.0'), migration('1.1.0', ['users/1.0.0']), migration('1.2.0', ['users/1.1.0'])],
} as unknown as Bundle;

function record(version: string, identity = 'cluster-1/app'): MigrationRecord {
  const { dependsOn: _dependsOn, ...entry } = migration(version);
  return {
    ...entry,
    key: `users|${identity}|${version}`,
    identity,
    state: 'applied',
    deployment: 'd1',
    position: 1,
    contract: 'none',
  };
}

describe('the status', () => {
  const state = { ...emptyState('App/Migrations'), applied: revision, migrations: [record('1.0.0'), record('1.1.0')] };

  it('shows what is applied, what is pending, and the heads of what is applied', () => {
    const status = scopeStatus(state, bundle, { users: 'aurora-postgresql' });
    expect(status).toMatchObject({ scope: 'App/Migrations', revision: 'r1', state: 'idle', heads: ['users/1.1.0'] });
    expect(status.targets).toHaveLength(1);
    expect(status.targets[0]).toMatchObject({ name: 'users', engine: 'aurora-postgresql' });
    expect(status.targets[0]?.applied.map(({ version }) => version)).toEqual(['1.0.0', '1.1.0']);
    expect(status.targets[0]?.pending).toEqual([{ version: '1.2.0', name: 'change 1.2.0', kind: 'sql' }]);
  });

  it('counts a migration as pending whose undo plan is written, but which has not begun', () => {
    const planned = { ...record('1.2.0'), state: 'planned' as const };
    const [users] = scopeStatus({ ...state, migrations: [...state.migrations, planned] }, bundle, {}).targets;
    expect(users?.applied.map(({ version }) => version)).toEqual(['1.0.0', '1.1.0']);
    expect(users?.pending.map(({ version }) => version)).toEqual(['1.2.0']);
  });

  it('says what a database goes on with by itself', () => {
    const building = [{ step: 'up.0', table: 'plans', what: 'index byDay of table plans, which is still being built' }];
    const migrations = [{ ...record('1.0.0'), building }, record('1.1.0')];
    const status = scopeStatus({ ...state, migrations }, bundle, {});

    expect(status.targets[0]?.applied.map((one) => one.building)).toEqual([[building[0]!.what], []]);
    expect(renderStatus(status, { paint: (_style, text) => text })).toContain(
      '1.0.0 goes on with index byDay of table',
    );
  });

  it('says of what was there before that it is baselined', () => {
    const migrations = [{ ...record('1.0.0'), baselined: true }, record('1.1.0')];
    const status = scopeStatus({ ...state, migrations }, bundle, {});

    expect(status.targets[0]?.applied.map(({ baselined }) => baselined)).toEqual([true, false]);
    const text = renderStatus(status, { paint: (_style, shown) => shown });
    expect(text).toMatch(/^1\.0\.0 .* baselined$/m);
    expect(text).toMatch(/^1\.1\.0 .* applied$/m);
  });

  it('omits what was applied to a database that was replaced', () => {
    const moved = { ...state, migrations: [record('1.0.0', 'cluster-0/app')] };
    const [users] = scopeStatus(moved, bundle, {}).targets;
    expect(users?.applied).toEqual([]);
    expect(users?.pending).toHaveLength(3);
  });

  it('refuses a bundle in which an applied migration was edited', () => {
    const edited = { ...bundle, migrations: [{ ...bundle.migrations[0]!, checksum: 'edited' }] };
    expect(() => scopeStatus(state, edited, {})).toThrow(/Applied migrations were edited: users\/1\.0\.0/);
  });

  it('is empty for a scope that never deployed', () => {
    const nothing = { scope: 'App/Migrations', revision: null, state: 'idle', heads: [], targets: [] };
    expect(scopeStatus(emptyState('App/Migrations'), undefined, {})).toEqual(nothing);
  });
});
