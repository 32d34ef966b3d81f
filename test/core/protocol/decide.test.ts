import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../core/protocol/decide';
import type { RecordedRequest } from '../../../core/request/request';
import {
  at,
  cannotAsk,
  create,
  deployment,
  inWords,
  madeUp,
  marker,
  type Row,
  remove,
  rolledBack,
  rollingBack,
  scope,
  settle,
  stack,
  state,
  succeeded,
  undoOnRemoval,
  update,
  update_,
} from './decide-cases';

const lifecycle: readonly Row[] = [
  ['a first deployment starts', state(null), create('A'), stack('CREATE_IN_PROGRESS'), 'start'],
  ['a deployment starts', state('A'), update('B'), stack(update_), 'start'],
  [
    'the update is committed when the old marker is deleted in cleanup',
    state('B', deployment('A', 'B')),
    marker('Delete', 'A'),
    stack(...succeeded),
    'commit A->B',
  ],
  [
    'the update is committed also when the stack is complete by then',
    state('B', deployment('A', 'B')),
    marker('Delete', 'A'),
    stack(...succeeded, 'UPDATE_COMPLETE'),
    'commit A->B',
  ],
  [
    'the update is undone when this or another resource failed',
    state('B', deployment('A', 'B')),
    update('A'),
    stack(...rollingBack),
    'roll-back A->B',
  ],
  [
    'the Delete of the new marker after the rollback does nothing',
    state('A'),
    marker('Delete', 'B'),
    stack(...rolledBack.slice(0, 3)),
    'answer SUCCESS',
  ],
  [
    'the Delete of the new marker does nothing when the rollback was never requested',
    state('B', deployment('A', 'B')),
    marker('Delete', 'B'),
    stack(...rolledBack.slice(0, 3)),
    'answer SUCCESS',
  ],
  [
    'a first deployment is undone when it failed',
    state('A', deployment(null, 'A')),
    remove(),
    stack('CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'),
    'roll-back nothing->A',
  ],
  [
    'a construct that was added by a failed update is undone',
    state('A', deployment(null, 'A')),
    remove(),
    stack(...rolledBack.slice(0, 3)),
    'roll-back nothing->A',
  ],
  [
    'a cancelled Create is undone by a Delete with an id that was never issued',
    state(null, deployment(null, 'A', { state: 'forward' })),
    remove(madeUp),
    stack('CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'),
    'roll-back nothing->A',
  ],
  [
    'a cancelled Create that has not begun leaves everything as it is',
    state(null),
    remove(madeUp),
    stack('CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'),
    'retain',
  ],
  [
    'a Delete with an id that was never issued does nothing to a scope in use',
    state('A'),
    remove(madeUp),
    stack('DELETE_IN_PROGRESS'),
    'answer SUCCESS',
  ],
  [
    'a construct that was kept, and added again by a failed update, is undone to the revision it was kept at',
    state('B', deployment('A', 'B', { startedBy: 'Create' })),
    remove(),
    stack(...rolledBack.slice(0, 3)),
    'roll-back A->B',
  ],
  [
    'a Create that was cancelled of a construct that was kept is undone',
    state('A', deployment('A', 'B', { startedBy: 'Create', state: 'forward' })),
    remove(madeUp),
    stack(...rollingBack),
    'roll-back A->B',
  ],
  [
    'the update of a construct that has long been there is not undone by its Delete',
    state('B', deployment('A', 'B', { startedBy: 'Update' })),
    remove(),
    stack(...rolledBack.slice(0, 3)),
    'answer SUCCESS',
  ],
  [
    'a first deployment is undone when the failed stack is deleted instead of rolled back (OnFailure=DELETE)',
    state('A', deployment(null, 'A', { startedBy: 'Create' })),
    remove(),
    stack('CREATE_IN_PROGRESS', 'DELETE_IN_PROGRESS'),
    'roll-back nothing->A',
  ],
  [
    'the databases are kept when a stack is deleted that failed with rollback disabled',
    state('A', deployment(null, 'A', { startedBy: 'Create' })),
    remove(),
    { ...stack('CREATE_IN_PROGRESS', 'CREATE_FAILED', 'DELETE_IN_PROGRESS'), rollbackDisabled: true },
    'retain',
  ],
  [
    'the databases are kept when a stack is deleted to which a failed update had added the construct',
    state('A', deployment(null, 'A', { startedBy: 'Create' })),
    remove(),
    stack(update_, 'UPDATE_FAILED', 'DELETE_IN_PROGRESS'),
    'retain',
  ],
  ['the databases are kept when the stack is deleted', state('A'), remove(), stack('DELETE_IN_PROGRESS'), 'retain'],
  [
    'the migrations are undone when the stack is deleted and the construct says so',
    state('A'),
    remove(scope, undoOnRemoval),
    stack('DELETE_IN_PROGRESS'),
    'remove',
  ],
  [
    'nothing is undone when the stack is deleted and nothing is applied',
    state(null),
    remove(scope, undoOnRemoval),
    stack('DELETE_IN_PROGRESS'),
    'retain',
  ],
  [
    'the databases are kept when the stack is deleted with an open deployment',
    state('A', deployment(null, 'A')),
    remove(),
    stack('CREATE_IN_PROGRESS', 'CREATE_COMPLETE', 'DELETE_IN_PROGRESS'),
    'retain',
  ],
  [
    'a Delete in a rollback does nothing when no deployment is open',
    state('A'),
    remove(scope, undoOnRemoval),
    stack(...rollingBack),
    'answer SUCCESS',
  ],
  [
    'an older bundle starts, because the plan decides whether to refuse it',
    state('B'),
    update('A'),
    stack(update_),
    'start',
  ],
  [
    'the deployment is committed when the stack is created',
    state('A', deployment(null, 'A')),
    settle(),
    stack('CREATE_IN_PROGRESS', 'CREATE_COMPLETE'),
    'commit nothing->A',
  ],
  [
    'the deployment is committed when the stack is updated',
    state('B', deployment('A', 'B')),
    settle(),
    stack(...succeeded, 'UPDATE_COMPLETE'),
    'commit A->B',
  ],
  [
    'the deployment is flagged when the stack was rolled back without us',
    state('B', deployment('A', 'B')),
    settle(),
    stack(...rolledBack),
    'flag A->B',
  ],
  [
    'the end of a stack operation does nothing when no deployment is open',
    state('A'),
    settle(),
    stack(...rolledBack),
    'answer SUCCESS',
  ],
  [
    'an open deployment is left alone while the stack operation runs',
    state('B', deployment('A', 'B')),
    settle(),
    stack(update_),
    'answer SUCCESS',
  ],
];

const surprises: readonly Row[] = [
  ['a revision that is applied already needs nothing', state('A'), update('A'), stack(update_), 'answer SUCCESS'],
  [
    'the next deployment commits the last one when every signal of success was lost',
    state('B', deployment('A', 'B')),
    update('C'),
    stack(...succeeded, 'UPDATE_COMPLETE', update_),
    'commit A->B',
  ],
  [
    'a request for the old revision commits an update that proved final',
    state('B', deployment('A', 'B')),
    update('A'),
    stack(...succeeded, 'UPDATE_COMPLETE', update_),
    'commit A->B',
  ],
  [
    'a new deployment after a rollback without us undoes the last one first',
    state('B', deployment('A', 'B')),
    update('C'),
    stack(...rolledBack, update_),
    'roll-back A->B',
  ],
  [
    'a new deployment starts on one that was kept with rollback disabled',
    state('B', deployment('A', 'B')),
    update('C'),
    stack(update_, 'UPDATE_FAILED', update_),
    'start',
  ],
  [
    'a deployment that was kept is undone when it is rolled back',
    state('B', deployment('A', 'B')),
    update('A'),
    stack(update_, 'UPDATE_FAILED', ...rollingBack.slice(1)),
    'roll-back A->B',
  ],
  [
    'a stack operation that ends with rollback disabled settles nothing',
    state('B', deployment('A', 'B')),
    settle(),
    stack(update_, 'UPDATE_FAILED'),
    'answer SUCCESS',
  ],
  [
    'the Delete of the marker does nothing before the stack reports cleanup',
    state('B', deployment('A', 'B')),
    marker('Delete', 'A'),
    stack(update_),
    'answer SUCCESS',
  ],
  [
    'the Create of the marker does nothing',
    state('A'),
    marker('Create', 'A'),
    stack('CREATE_IN_PROGRESS'),
    'answer SUCCESS',
  ],
  ['the Update of the marker does nothing', state('B'), marker('Update', 'B'), stack(update_), 'answer SUCCESS'],
  [
    'the older of two open deployments is committed when it succeeded',
    state('C', deployment('A', 'B'), deployment('B', 'C', { operationStartedAt: at(3) })),
    update('B'),
    stack(...succeeded, 'UPDATE_COMPLETE', ...rollingBack),
    'commit A->B',
  ],
  [
    'the newer of two kept deployments is undone first',
    state('C', deployment('A', 'B'), deployment('B', 'C')),
    update('A'),
    stack(update_, 'UPDATE_FAILED', ...rollingBack),
    'roll-back B->C',
  ],
];

const withoutCloudFormation: readonly Row[] = [
  ['a requested rollback is done', state('B', deployment('A', 'B')), update('A'), cannotAsk, 'roll-back A->B'],
  [
    'nothing is committed for a marker',
    state('B', deployment('A', 'B')),
    marker('Delete', 'A'),
    cannotAsk,
    'answer SUCCESS',
  ],
  ['nothing is settled', state('B', deployment('A', 'B')), settle(), cannotAsk, 'answer SUCCESS'],
  ['a removal waits', state('A'), remove(scope, undoOnRemoval), cannotAsk, 'wait'],
  ['a removal that keeps the databases waits, as it may be a rollback', state('A'), remove(), cannotAsk, 'wait'],
  [
    'a Delete waits that may take back the first deployment',
    state('A', deployment(null, 'A')),
    remove(),
    cannotAsk,
    'wait',
  ],
  ['a deployment waits, as an older one may have to be committed first', state('A'), update('B'), cannotAsk, 'wait'],
  [
    'a cancelled Create is undone',
    state(null, deployment(null, 'A', { state: 'forward' })),
    remove(madeUp),
    cannotAsk,
    'roll-back nothing->A',
  ],
];

describe.each([
  ['in the lifecycle (docs/lifecycle.md)', lifecycle],
  ['after a surprise', surprises],
  ['when CloudFormation cannot be asked', withoutCloudFormation],
])('%s', (_name, rows) => {
  it.each(rows)('%s', (_what, ledger, request, view, decision) => {
    expect(inWords(decide(ledger, request, view))).toBe(decision);
  });
});

describe('a request with an outcome', () => {
  it('always gets the same answer', () => {
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
    ['is the one sent, even when CloudFormation made it up', remove(madeUp), madeUp],
    ['names the revision for a marker that is created', marker('Create', 'A'), `${scope}@A`],
    ['names the new revision for a marker that is updated', marker('Update', 'B'), `${scope}@B`],
    ['is the one sent for a marker that is deleted', marker('Delete', 'A'), `${scope}@A`],
  ])('%s', (_what, request, id) => {
    expect(idOf(request)).toBe(id);
  });
});
