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

describe('work that was begun', () => {
  it.each(unfinished)('%s', (_what, ledger, request, view, decision) => {
    expect(inWords(decide(ledger, request, view))).toBe(decision);
  });
});
