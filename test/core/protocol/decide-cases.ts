import {
  type AppliedRevision,
  type Deployment,
  emptyState,
  type Failure,
  type ScopeState,
} from '../../../core/ledger/state';
import type { StackView } from '../../../core/ports';
import type { Decision } from '../../../core/protocol/decide';
import type { RecordedRequest, Request } from '../../../core/request/request';
import type { MigrationsProperties } from '../../../core/wire';
import { migration } from '../../ports/support/records';

export const scope = 'App/Migrations';
const own = 'key-own';

const appliedRevision = (revision: string): AppliedRevision => ({
  revision,
  identities: { users: 'db-1' },
  bundle: { Bucket: 'assets', Key: `${revision}.json`, Digest: revision },
});

const properties = (revision: string, change: Partial<MigrationsProperties> = {}): MigrationsProperties => ({
  Format: '1',
  Scope: scope,
  Revision: revision,
  Bundle: appliedRevision(revision).bundle,
  Targets: {
    users: {
      DatabaseKind: 'aurora-postgresql',
      Identity: 'db-1',
      ClusterArn: 'c',
      SecretArn: 's',
      DatabaseName: 'app',
    },
  },
  OnOlderRevision: 'refuse',
  OnRemoval: 'retain',
  ForwardSeconds: '2400',
  ServiceTimeout: '3600',
  ...change,
});

/** The stack took these statuses, one a minute; the operation of the deployments began with the first. */
export const stack = (...statuses: readonly string[]): StackView => ({
  status: statuses.at(-1)!,
  history: statuses.map((status, minute) => ({ status, at: at(minute) })),
});

export const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`;

export const deployment = (from: string | null, to: string, change: Partial<Deployment> = {}): Deployment => ({
  id: `${from ?? 'nothing'}->${to}`,
  purpose: 'deploy',
  strategy: 'direct',
  from: from === null ? null : appliedRevision(from),
  to: appliedRevision(to),
  state: 'applied',
  requestKey: own,
  actor: 'test',
  targets: {},
  plan: [],
  operationStartedAt: at(0),
  startedAt: at(0),
  forwardDeadline: 0,
  ...change,
});

export const failure = (during: Failure['during'], requestKey = own): Failure => ({
  during,
  code: 'STATEMENT_FAILED',
  message: 'what failed',
  requestKey,
});

export const state = (at: string | null, ...open: readonly Deployment[]): ScopeState => ({
  ...emptyState(scope),
  applied: at === null ? null : appliedRevision(at),
  open,
  migrations: at === null ? [] : [migration(1)],
});

const recorded = (request: Request, change: Partial<RecordedRequest> = {}): RecordedRequest => ({
  key: 'key-new',
  scope,
  stackId: 'arn:stack/App/1',
  logicalId: 'Migrations',
  requestId: 'request-new',
  actor: 'test',
  request,
  receivedAt: 0,
  answerBy: 0,
  ...change,
});

export const create = (revision: string) =>
  recorded({ kind: 'migrations', type: 'Create', physicalId: undefined, properties: properties(revision) });
export const update = (revision: string) =>
  recorded({ kind: 'migrations', type: 'Update', physicalId: scope, properties: properties(revision) });
export const remove = (physicalId = scope, change: Partial<MigrationsProperties> = {}) =>
  recorded({ kind: 'migrations', type: 'Delete', physicalId, properties: properties('A', change) });
export const marker = (type: 'Create' | 'Update' | 'Delete', revision: string) => {
  const physicalId = type === 'Create' ? undefined : `${scope}@${revision}`;
  return recorded({ kind: 'marker', type, physicalId, revision });
};
export const settle = (repair = false) => recorded({ kind: 'settle', repair });
export const sameRequest = (request: RecordedRequest) => ({ ...request, key: own });

/** `answer SUCCESS`, or what is done with which deployment. */
export function inWords(decision: Decision): string {
  if (decision.do === 'answer') return `answer ${decision.outcome.status}`;
  return 'deployment' in decision ? `${decision.do} ${decision.deployment.id}` : decision.do;
}

export const update_ = 'UPDATE_IN_PROGRESS';
export const succeeded = [update_, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'];
export const rollingBack = [update_, 'UPDATE_ROLLBACK_IN_PROGRESS'];
export const rolledBack = [...rollingBack, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE'];
export const madeUp = 'App-Migrations-1XMADEUP';
export const undoOnRemoval = { OnRemoval: 'undo' } as const;
export const cannotAsk = undefined;

export type Row = readonly [
  what: string,
  state: ScopeState,
  request: RecordedRequest,
  view: StackView | undefined,
  decision: string,
];
