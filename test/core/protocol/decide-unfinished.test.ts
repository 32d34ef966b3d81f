import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../core/protocol/decide';
import {
  deployment,
  failure,
  inWords,
  marker,
  type Row,
  rolledBack,
  rollingBack,
  sameRequest,
  settle,
  stack,
  state,
  succeeded,
  update,
  update_,
} from './decide-cases';

const unfinished: readonly Row[] = [
  [
    'is applied further when its own request comes again',
    state('A', deployment('A', 'B', { state: 'forward' })),
    sameRequest(update('B')),
    stack(update_),
    'forward A->B',
  ],
  [
    'is rolled back when another request shows that CloudFormation gave up',
    state('A', deployment('A', 'B', { state: 'forward' })),
    update('A'),
    stack(...rollingBack),
    'roll-back A->B',
  ],
  [
    'is rolled back even when that request is for the same revision',
    state('A', deployment('A', 'B', { state: 'forward' })),
    update('B'),
    stack(update_),
    'roll-back A->B',
  ],
  [
    'is rolled back when the stack was rolled back meanwhile',
    state('A', deployment('A', 'B', { state: 'forward' })),
    settle(),
    stack(...rolledBack),
    'roll-back A->B',
  ],
  [
    'is left to its own request while the stack operation runs',
    state('A', deployment('A', 'B', { state: 'forward' })),
    settle(),
    stack(update_),
    'answer SUCCESS',
  ],
  [
    'is rolled back first when it failed',
    state('A', deployment('A', 'B', { state: 'rolling-back', failure: failure('forward') })),
    sameRequest(update('B')),
    stack(update_),
    'roll-back A->B',
  ],
  [
    'is a rollback that any request continues',
    state('B', deployment('A', 'B', { state: 'rolling-back' })),
    update('C'),
    stack(update_),
    'roll-back A->B',
  ],
  [
    'is a commit that any request continues',
    state('B', deployment('A', 'B', { state: 'committing' })),
    update('C'),
    stack(...succeeded, 'UPDATE_COMPLETE', update_),
    'commit A->B',
  ],
  [
    'is a commit that continues when the stack operation has ended',
    state('B', deployment('A', 'B', { state: 'committing' })),
    settle(),
    stack(...succeeded),
    'commit A->B',
  ],
  [
    'is a commit that the next marker continues',
    state('B', deployment('A', 'B', { state: 'committing' })),
    marker('Delete', 'A'),
    stack(...succeeded),
    'commit A->B',
  ],
  [
    'is a failed rollback that answers the request in which it failed',
    state('B', deployment('A', 'B', { state: 'failed', failure: failure('roll-back') })),
    sameRequest(update('A')),
    stack(...rollingBack),
    'answer FAILED',
  ],
  [
    'is a failed rollback that the next request tries again',
    state('B', deployment('A', 'B', { state: 'failed', failure: failure('roll-back') })),
    update('A'),
    stack(...rollingBack),
    'roll-back A->B',
  ],
  [
    'is a failed rollback that `migrations repair` tries again',
    state('B', deployment('A', 'B', { state: 'failed', failure: failure('roll-back') })),
    settle(true),
    stack('UPDATE_ROLLBACK_FAILED'),
    'roll-back A->B',
  ],
  [
    'is a failed commit that answers the marker in which it failed',
    state('B', deployment('A', 'B', { state: 'failed', failure: failure('commit') })),
    sameRequest(marker('Delete', 'A')),
    stack(...succeeded),
    'answer FAILED',
  ],
  [
    'is a failed commit that the next marker tries again',
    state('B', deployment('A', 'B', { state: 'failed', failure: failure('commit') })),
    marker('Delete', 'A'),
    stack(...succeeded),
    'commit A->B',
  ],
  [
    'is a failed commit that the next deployment tries again first',
    state('B', deployment('A', 'B', { state: 'failed', failure: failure('commit') })),
    update('C'),
    stack(...succeeded, 'UPDATE_COMPLETE', update_),
    'commit A->B',
  ],
];

describe('unfinished work', () => {
  it.each(unfinished)('%s', (_what, ledger, request, view, decision) => {
    expect(inWords(decide(ledger, request, view))).toBe(decision);
  });
});
