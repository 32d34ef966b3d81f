import type { StepContext } from '../../../core/engine/kinds/index';
import type { AppliedRevision, Deployment, MigrationRecord, UndoPlan } from '../../../core/ledger/state';
import { migrationKey } from '../../../core/ledger/state';
import type { HeldLease, LeaseHolder, LeaseInfo, Leases } from '../../../core/ports';
import type { Outcome, RecordedRequest } from '../../../core/request/request';
import type { BundleLocation, TargetProperties } from '../../../core/wire';

/** What the suites of the ledger write. */
const bundle: BundleLocation = { Bucket: 'assets', Key: 'a.json', Digest: 'a' };

export const appliedRevision: AppliedRevision = { revision: 'a', identities: { users: 'db-1' }, bundle };

const users: TargetProperties = {
  DatabaseKind: 'aurora-postgresql',
  Identity: 'db-1',
  ClusterArn: 'arn:c',
  SecretArn: 'arn:s',
  DatabaseName: 'app',
};

export function deployment(change: Partial<Deployment> = {}): Deployment {
  return {
    id: '20260101T000000Z-1',
    purpose: 'deploy',
    strategy: 'direct',
    from: null,
    to: appliedRevision,
    state: 'forward',
    requestKey: 'key-1',
    actor: 'cloudformation App Migrations 1',
    targets: { users },
    bundle,
    plan: ['users/1.0.0'],
    startedAt: '2026-01-01T00:00:00.000Z',
    forwardDeadline: 1_800_000_000_000,
    ...change,
  };
}

export function migration(position: number, change: Partial<MigrationRecord> = {}): MigrationRecord {
  const version = `1.${position}.0`;
  return {
    key: migrationKey('users', 'db-1', version),
    identity: 'db-1',
    id: `users/${version}`,
    target: 'users',
    version,
    name: `step ${position}`,
    kind: 'sql',
    checksum: `sum-${position}`,
    irreversible: false,
    state: 'applied',
    deployment: '20260101T000000Z-1',
    position,
    contract: 'none',
    ...change,
  };
}

export function undoPlan(key: string, text = 'DROP TABLE t'): UndoPlan {
  const action = { type: 'sql' as const, transaction: true, statements: [{ text, line: 3, column: 1 }] };
  return { key, file: 'users/1.0.0_step.sql', phases: [{ name: 'down', actions: [action] }] };
}

/** Of steps that do not work in segments. */
const noData = {} as StepContext['data'];

/** The only step of `up` of a migration that is being applied, unless said otherwise. */
export function stepContext(context: Pick<StepContext, 'target' | 'file'> & Partial<StepContext>): StepContext {
  return {
    migration: migration(1, { state: 'applying' }),
    phase: 'up',
    step: 0,
    isWholePhase: true,
    verify: [],
    attempt: 'request-1',
    resumed: false,
    mayWaitForLock: () => true,
    note: () => undefined,
    module: () => Promise.reject(new Error('has no code')),
    data: noData,
    now: () => Date.now(),
    waitsFor: () => {},
    record: async () => {},
    ...context,
  };
}

export function request(change: Partial<RecordedRequest> = {}): RecordedRequest {
  return {
    key: 'key-1',
    scope: 'App/Migrations',
    stackId: 'arn:stack/App/1',
    logicalId: 'Migrations',
    requestId: 'request-1',
    actor: 'cloudformation App Migrations request-1',
    request: {
      kind: 'migrations',
      type: 'Create',
      physicalId: undefined,
      properties: {
        Format: '1',
        Scope: 'App/Migrations',
        Revision: 'a',
        Bundle: bundle,
        Targets: { users },
        OnOlderRevision: 'refuse',
        OnRemoval: 'retain',
        ForwardSeconds: '2400',
        ServiceTimeout: '3600',
      },
    },
    receivedAt: 1_767_225_600_000,
    answerBy: 1_767_229_200_000,
    responseUrl: 'https://example.com/answer?signature=s',
    ...change,
  };
}

export const succeeded: Outcome = { status: 'SUCCESS', physicalId: 'id', reason: 'Applied.', data: { Revision: 'a' } };
export const failed: Outcome = { status: 'FAILED', physicalId: 'id', reason: 'Gave up.' };

export function holder(id: string): LeaseHolder {
  return { id, description: `what ${id} does` };
}

export function isHeld(lease: HeldLease | LeaseInfo): lease is HeldLease {
  return 'guard' in lease;
}

export async function take(leases: Leases, scope: string, id = 'one'): Promise<HeldLease> {
  const lease = await leases.acquire(scope, holder(id), false);
  if (isHeld(lease)) return lease;
  throw new Error(`The lease on ${scope} is held by ${lease.holder.id}.`);
}

/** A session as if its lease were never lost. */
export function session(token: number, scope = 'App/Migrations'): HeldLease {
  return { scope, token, guard: async () => undefined };
}
