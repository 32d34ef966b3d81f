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
    'retain',
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
    remove(scope, undoOnRemoval),
    stack('DELETE_IN_PROGRESS'),
    'remove',
  ],
  ['the same with nothing applied', state(null), remove(scope, undoOnRemoval), stack('DELETE_IN_PROGRESS'), 'retain'],
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
    remove(scope, undoOnRemoval),
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
  ['takes no migrations away', state('A'), remove(scope, undoOnRemoval), cannotAsk, 'retain'],
  ['deploys', state('A'), update('B'), cannotAsk, 'start'],
];

describe.each([
  ['the lifecycle (docs/lifecycle.md)', lifecycle],
  ['surprises', surprises],
  ['when CloudFormation cannot be asked', withoutCloudFormation],
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
