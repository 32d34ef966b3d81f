import { describe, expect, it } from 'vitest';
import type { MigrationsProperties } from '../../core/contract';
import { type Decision, decide } from '../../core/decide';
import { type Deployment, emptyState, type Failure, type Place, type ScopeState } from '../../core/ledger';
import type { StackView } from '../../core/ports';
import type { RecordedRequest, Request } from '../../core/request';
import { migration } from '../contract/support/records';

const scope = 'App/Migrations';
const own = 'key-own';

const place = (revision: string): Place => ({
  revision,
  identities: { users: 'db-1' },
  bundle: { Bucket: 'assets', Key: `${revision}.json`, Digest: revision },
});

const properties = (revision: string, change: Partial<MigrationsProperties> = {}): MigrationsProperties => ({
  Format: '1',
  Scope: scope,
  Revision: revision,
  Bundle: place(revision).bundle,
  Targets: {
    users: { Engine: 'aurora-postgresql', Identity: 'db-1', ClusterArn: 'c', SecretArn: 's', DatabaseName: 'app' },
  },
  OnOlderRevision: 'refuse',
  OnRemoval: 'retain',
  ForwardSeconds: '2400',
  ServiceTimeout: '3600',
  ...change,
});

/** The stack took these statuses, one a minute; the operation of the deployments began with the first. */
const stack = (...statuses: readonly string[]): StackView => ({
  status: statuses.at(-1)!,
  history: statuses.map((status, minute) => ({ status, at: at(minute) })),
});

const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`;

const deployment = (from: string | null, to: string, change: Partial<Deployment> = {}): Deployment => ({
  id: `${from ?? 'nothing'}->${to}`,
  purpose: 'deploy',
  from: from === null ? null : place(from),
  to: place(to),
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

const failure = (during: Failure['during'], requestKey = own): Failure => ({
  during,
  code: 'STATEMENT_FAILED',
  message: 'what failed',
  requestKey,
});

const state = (at: string | null, ...open: readonly Deployment[]): ScopeState => ({
  ...emptyState(scope),
  place: at === null ? null : place(at),
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

const create = (revision: string) =>
  recorded({ kind: 'migrations', type: 'Create', physicalId: undefined, properties: properties(revision) });
const update = (revision: string) =>
  recorded({ kind: 'migrations', type: 'Update', physicalId: scope, properties: properties(revision) });
const remove = (physicalId = scope, change: Partial<MigrationsProperties> = {}) =>
  recorded({ kind: 'migrations', type: 'Delete', physicalId, properties: properties('A', change) });
const marker = (type: 'Create' | 'Update' | 'Delete', revision: string) => {
  const physicalId = type === 'Create' ? undefined : `${scope}@${revision}`;
  return recorded({ kind: 'marker', type, physicalId, revision });
};
const settle = (repair = false) => recorded({ kind: 'settle', repair });
const sameRequest = (request: RecordedRequest) => ({ ...request, key: own });

/** `answer SUCCESS`, or what is done with which deployment. */
function inWords(decision: Decision): string {
  if (decision.do === 'answer') return `answer ${decision.outcome.status}`;
  return 'deployment' in decision ? `${decision.do} ${decision.deployment.id}` : decision.do;
}

const update_ = 'UPDATE_IN_PROGRESS';
const succeeded = [update_, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'];
const rollingBack = [update_, 'UPDATE_ROLLBACK_IN_PROGRESS'];
const rolledBack = [...rollingBack, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE'];
const madeUp = 'App-Migrations-1XMADEUP';
const reverting = { OnRemoval: 'revert' } as const;
const cannotAsk = undefined;

type Row = readonly [
  what: string,
  state: ScopeState,
  request: RecordedRequest,
  view: StackView | undefined,
  decision: string,
];

const lifecycle: readonly Row[] = [
  ['a first deployment', state(null), create('A'), stack('CREATE_IN_PROGRESS'), 'start'],
  ['a deployment', state('A'), update('B'), stack(update_), 'start'],
  [
    'the old marker goes in cleanup: the update succeeded',
    state('B', deployment('A', 'B')),
    marker('Delete', 'A'),
    stack(...succeeded),
    'commit A->B',
  ],
  [
    'the same in another form: the stack is at rest',
    state('B', deployment('A', 'B')),
    marker('Delete', 'A'),
    stack(...succeeded, 'UPDATE_COMPLETE'),
    'commit A->B',
  ],
  [
    'this or another resource failed',
    state('B', deployment('A', 'B')),
    update('A'),
    stack(...rollingBack),
    'undo A->B',
  ],
  [
    'the new marker goes after the rollback',
    state('A'),
    marker('Delete', 'B'),
    stack(...rolledBack.slice(0, 3)),
    'answer SUCCESS',
  ],
  [
    'the new marker goes, and the rollback was never asked for',
    state('B', deployment('A', 'B')),
    marker('Delete', 'B'),
    stack(...rolledBack.slice(0, 3)),
    'answer SUCCESS',
  ],
  [
    'the first deployment failed',
    state('A', deployment(null, 'A')),
    remove(),
    stack('CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'),
    'undo nothing->A',
  ],
  [
    'the construct was added by an update that failed',
    state('A', deployment(null, 'A')),
    remove(),
    stack(...rolledBack.slice(0, 3)),
    'undo nothing->A',
  ],
  [
    'a cancelled Create is deleted by an id never issued',
    state(null, deployment(null, 'A', { state: 'forward' })),
    remove(madeUp),
    stack('CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'),
    'undo nothing->A',
  ],
  [
    'the same before it began',
    state(null),
    remove(madeUp),
    stack('CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'),
    'answer SUCCESS',
  ],
  [
    'an id never issued of a scope that is in use',
    state('A'),
    remove(madeUp),
    stack('DELETE_IN_PROGRESS'),
    'answer SUCCESS',
  ],
  ['the stack is deleted', state('A'), remove(), stack('DELETE_IN_PROGRESS'), 'retain'],
  [
    'the same, and the migrations go with it',
    state('A'),
    remove(scope, reverting),
    stack('DELETE_IN_PROGRESS'),
    'remove',
  ],
  ['the same with nothing applied', state(null), remove(scope, reverting), stack('DELETE_IN_PROGRESS'), 'retain'],
  [
    'the stack is deleted with a deployment never settled',
    state('A', deployment(null, 'A')),
    remove(),
    stack('CREATE_IN_PROGRESS', 'CREATE_COMPLETE', 'DELETE_IN_PROGRESS'),
    'retain',
  ],
  [
    'a Delete in a rollback that left nothing of ours',
    state('A'),
    remove(scope, reverting),
    stack(...rollingBack),
    'answer SUCCESS',
  ],
  ['an older bundle on purpose is for the plan to refuse', state('B'), update('A'), stack(update_), 'start'],
  [
    'the stack came to rest: created',
    state('A', deployment(null, 'A')),
    settle(),
    stack('CREATE_IN_PROGRESS', 'CREATE_COMPLETE'),
    'commit nothing->A',
  ],
  [
    'the stack came to rest: updated',
    state('B', deployment('A', 'B')),
    settle(),
    stack(...succeeded, 'UPDATE_COMPLETE'),
    'commit A->B',
  ],
  [
    'the stack came to rest: rolled back without us',
    state('B', deployment('A', 'B')),
    settle(),
    stack(...rolledBack),
    'flag A->B',
  ],
  ['the stack came to rest with nothing open', state('A'), settle(), stack(...rolledBack), 'answer SUCCESS'],
  ['the stack is still at work', state('B', deployment('A', 'B')), settle(), stack(update_), 'answer SUCCESS'],
];

const surprises: readonly Row[] = [
  ['nothing to do: already there', state('A'), update('A'), stack(update_), 'answer SUCCESS'],
  [
    'every signal of success was lost',
    state('B', deployment('A', 'B')),
    update('C'),
    stack(...succeeded, 'UPDATE_COMPLETE', update_),
    'commit A->B',
  ],
  [
    'the way back is asked for after the update proved final',
    state('B', deployment('A', 'B')),
    update('A'),
    stack(...succeeded, 'UPDATE_COMPLETE', update_),
    'commit A->B',
  ],
  [
    'a new deployment after a rollback without us',
    state('B', deployment('A', 'B')),
    update('C'),
    stack(...rolledBack, update_),
    'undo A->B',
  ],
  [
    'a new deployment on one that was kept with rollback disabled',
    state('B', deployment('A', 'B')),
    update('C'),
    stack(update_, 'UPDATE_FAILED', update_),
    'start',
  ],
  [
    'the rollback of one that was kept',
    state('B', deployment('A', 'B')),
    update('A'),
    stack(update_, 'UPDATE_FAILED', ...rollingBack.slice(1)),
    'undo A->B',
  ],
  [
    'rest with rollback disabled settles nothing',
    state('B', deployment('A', 'B')),
    settle(),
    stack(update_, 'UPDATE_FAILED'),
    'answer SUCCESS',
  ],
  [
    'the marker goes before the stack says so',
    state('B', deployment('A', 'B')),
    marker('Delete', 'A'),
    stack(update_),
    'answer SUCCESS',
  ],
  ['the marker is made', state('A'), marker('Create', 'A'), stack('CREATE_IN_PROGRESS'), 'answer SUCCESS'],
  ['the marker is updated', state('B'), marker('Update', 'B'), stack(update_), 'answer SUCCESS'],
  [
    'two open, the older one succeeded',
    state('C', deployment('A', 'B'), deployment('B', 'C', { operationStartedAt: at(3) })),
    update('B'),
    stack(...succeeded, 'UPDATE_COMPLETE', ...rollingBack),
    'commit A->B',
  ],
  [
    'two open, kept, all the way back',
    state('C', deployment('A', 'B'), deployment('B', 'C')),
    update('A'),
    stack(update_, 'UPDATE_FAILED', ...rollingBack),
    'undo B->C',
  ],
];

const withoutCloudFormation: readonly Row[] = [
  ['goes back when asked to', state('B', deployment('A', 'B')), update('A'), cannotAsk, 'undo A->B'],
  [
    'commits nothing for a marker',
    state('B', deployment('A', 'B')),
    marker('Delete', 'A'),
    cannotAsk,
    'answer SUCCESS',
  ],
  ['settles nothing', state('B', deployment('A', 'B')), settle(), cannotAsk, 'answer SUCCESS'],
  ['takes no migrations away', state('A'), remove(scope, reverting), cannotAsk, 'retain'],
  ['deploys', state('A'), update('B'), cannotAsk, 'start'],
];

const unfinished: readonly Row[] = [
  [
    'its own request goes on applying',
    state('A', deployment('A', 'B', { state: 'forward' })),
    sameRequest(update('B')),
    stack(update_),
    'forward A->B',
  ],
  [
    'another request means that CloudFormation gave up',
    state('A', deployment('A', 'B', { state: 'forward' })),
    update('A'),
    stack(...rollingBack),
    'undo A->B',
  ],
  [
    'even one for the same revision',
    state('A', deployment('A', 'B', { state: 'forward' })),
    update('B'),
    stack(update_),
    'undo A->B',
  ],
  [
    'the stack rolled back while we applied',
    state('A', deployment('A', 'B', { state: 'forward' })),
    settle(),
    stack(...rolledBack),
    'undo A->B',
  ],
  [
    'the stack is at work while we apply',
    state('A', deployment('A', 'B', { state: 'forward' })),
    settle(),
    stack(update_),
    'answer SUCCESS',
  ],
  [
    'its own failure is undone first',
    state('A', deployment('A', 'B', { state: 'undoing', failure: failure('forward') })),
    sameRequest(update('B')),
    stack(update_),
    'undo A->B',
  ],
  [
    'an undo goes on, whoever asks',
    state('B', deployment('A', 'B', { state: 'undoing' })),
    update('C'),
    stack(update_),
    'undo A->B',
  ],
  [
    'a commit goes on, whoever asks',
    state('B', deployment('A', 'B', { state: 'committing' })),
    update('C'),
    stack(...succeeded, 'UPDATE_COMPLETE', update_),
    'commit A->B',
  ],
  [
    'a commit goes on when the stack is at rest',
    state('B', deployment('A', 'B', { state: 'committing' })),
    settle(),
    stack(...succeeded),
    'commit A->B',
  ],
  [
    'a commit goes on with the next marker',
    state('B', deployment('A', 'B', { state: 'committing' })),
    marker('Delete', 'A'),
    stack(...succeeded),
    'commit A->B',
  ],
  [
    'a failed undo answers the request that met it',
    state('B', deployment('A', 'B', { state: 'failed', failure: failure('undo') })),
    sameRequest(update('A')),
    stack(...rollingBack),
    'answer FAILED',
  ],
  [
    'a failed undo is tried again by the next one',
    state('B', deployment('A', 'B', { state: 'failed', failure: failure('undo') })),
    update('A'),
    stack(...rollingBack),
    'undo A->B',
  ],
  [
    'a failed undo is tried again by a person',
    state('B', deployment('A', 'B', { state: 'failed', failure: failure('undo') })),
    settle(true),
    stack('UPDATE_ROLLBACK_FAILED'),
    'undo A->B',
  ],
  [
    'a failed commit answers the marker that met it',
    state('B', deployment('A', 'B', { state: 'failed', failure: failure('commit') })),
    sameRequest(marker('Delete', 'A')),
    stack(...succeeded),
    'answer FAILED',
  ],
  [
    'a failed commit is tried again by the next marker',
    state('B', deployment('A', 'B', { state: 'failed', failure: failure('commit') })),
    marker('Delete', 'A'),
    stack(...succeeded),
    'commit A->B',
  ],
  [
    'a failed commit is tried again before a deployment',
    state('B', deployment('A', 'B', { state: 'failed', failure: failure('commit') })),
    update('C'),
    stack(...succeeded, 'UPDATE_COMPLETE', update_),
    'commit A->B',
  ],
];

describe.each([
  ['the lifecycle of design section 7', lifecycle],
  ['surprises', surprises],
  ['when CloudFormation cannot be asked', withoutCloudFormation],
  ['work that was begun', unfinished],
])('%s', (_name, rows) => {
  it.each(rows)('%s', (_what, ledger, request, view, decision) => {
    expect(inWords(decide(ledger, request, view))).toBe(decision);
  });
});

describe('a request with an outcome', () => {
  it('gets the same answer for ever', () => {
    const outcome = { status: 'FAILED', physicalId: 'id', reason: 'what it was' } as const;
    const view = stack(...succeeded);

    expect(decide(state('B', deployment('A', 'B')), { ...update('A'), outcome }, view)).toEqual({
      do: 'answer',
      outcome,
    });
  });
});

describe('the physical id that is answered', () => {
  const idOf = (request: RecordedRequest) => {
    const decision = decide(state('A'), request, undefined);
    return decision.do === 'answer' ? decision.outcome.physicalId : undefined;
  };

  it.each<readonly [string, RecordedRequest, string]>([
    ['is the scope for a Create', create('A'), scope],
    ['is the one sent for an Update', update('A'), scope],
    ['is the one sent, also when CloudFormation made it up', remove(madeUp), madeUp],
    ['names the revision for a marker that is made', marker('Create', 'A'), `${scope}@A`],
    ['names the new revision for a marker that is updated', marker('Update', 'B'), `${scope}@B`],
    ['is the one sent for a marker that goes', marker('Delete', 'A'), `${scope}@A`],
  ])('%s', (_what, request, id) => {
    expect(idOf(request)).toBe(id);
  });
});
