import { describe, expect, it } from '@jest/globals';
import { isRollingBack, operationStart, outcomeOf, type StackOutcome } from '../../../core/protocol/evidence';
import { deployment } from '../../ports/support/records';

const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`;
const view = (...statuses: readonly string[]) => ({
  status: statuses.at(-1) ?? '',
  history: statuses.map((status, minute) => ({ status, at: at(minute) })),
});
const update = ['UPDATE_IN_PROGRESS'];
const succeeded = [...update, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_COMPLETE'];
const rolledBack = [
  ...update,
  'UPDATE_ROLLBACK_IN_PROGRESS',
  'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
  'UPDATE_ROLLBACK_COMPLETE',
];

describe('the outcome of a deployment', () => {
  it.each<readonly [string, readonly string[], StackOutcome]>([
    ['is open while it runs', update, 'running'],
    ['is success from cleanup on', succeeded.slice(0, 2), 'succeeded'],
    ['is success when the stack is complete', succeeded, 'succeeded'],
    ['is success of a first deployment', ['CREATE_IN_PROGRESS', 'CREATE_COMPLETE'], 'succeeded'],
    ['stays success whatever later operations do', [...succeeded, ...rolledBack], 'succeeded'],
    ['stays success when the stack is deleted later', [...succeeded, 'DELETE_IN_PROGRESS'], 'succeeded'],
    ['is rolling back while the rollback runs', rolledBack.slice(0, 2), 'rolling-back'],
    [
      'is rolling back when the rollback failed, until it is continued',
      [...update, 'UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_FAILED'],
      'rolling-back',
    ],
    ['is rolled back from cleanup on', rolledBack.slice(0, 3), 'rolled-back'],
    ['stays rolled back whatever later operations do', [...rolledBack, ...succeeded], 'rolled-back'],
    [
      'is rolled back after ContinueUpdateRollback',
      [...update, 'UPDATE_ROLLBACK_FAILED', ...rolledBack.slice(1)],
      'rolled-back',
    ],
    [
      'is rolled back when the first deployment failed',
      ['CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETE'],
      'rolled-back',
    ],
    ['is kept with rollback disabled', [...update, 'UPDATE_FAILED'], 'kept'],
    [
      'is open again when what was kept is continued',
      [...update, 'UPDATE_FAILED', ...update, ...succeeded.slice(1)],
      'succeeded',
    ],
    [
      'is rolled back when what was kept is rolled back later',
      [...update, 'UPDATE_FAILED', ...rolledBack.slice(1)],
      'rolled-back',
    ],
    [
      'is deletion when the stack is deleted',
      ['CREATE_IN_PROGRESS', 'CREATE_FAILED', 'DELETE_IN_PROGRESS'],
      'deleting',
    ],
    ['is open for an unknown status', [...update, 'SOMETHING_NEW'], 'running'],
  ])('%s', (_what, statuses, outcome) => {
    expect(outcomeOf(deployment({ operationStartedAt: at(0) }), view(...statuses))).toBe(outcome);
  });

  it('is not read from operations before it', () => {
    const began = deployment({ operationStartedAt: at(3) });

    expect(outcomeOf(began, view(...succeeded, ...update))).toBe('running');
    expect(outcomeOf(began, view(...succeeded, ...rolledBack))).toBe('rolled-back');
  });

  it('is judged from our own time when CloudFormation could not be asked at its start', () => {
    const began = deployment({ operationStartedAt: undefined, startedAt: at(1) });

    expect(outcomeOf(began, view('CREATE_COMPLETE', 'UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE'))).toBe('succeeded');
    expect(outcomeOf(began, view('CREATE_COMPLETE', 'UPDATE_IN_PROGRESS'))).toBe('running');
  });

  it('is unknown when CloudFormation cannot be asked', () => {
    expect(outcomeOf(deployment(), undefined)).toBe('unknown');
  });
});

describe('the start of the current operation', () => {
  it('is the last status that begins an operation', () => {
    expect(operationStart(view(...succeeded, ...rolledBack))).toBe(at(3));
    expect(operationStart(view('UPDATE_COMPLETE'))).toBeUndefined();
    expect(operationStart(undefined)).toBeUndefined();
  });
});

describe('a rollback', () => {
  it.each([
    ['ROLLBACK_IN_PROGRESS', true],
    ['UPDATE_ROLLBACK_IN_PROGRESS', true],
    ['UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', true],
    ['UPDATE_ROLLBACK_FAILED', true],
    ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', false],
    ['UPDATE_IN_PROGRESS', false],
    ['DELETE_IN_PROGRESS', false],
  ])('is recognised by %s: %s', (status, expected) => {
    expect(isRollingBack(view(status))).toBe(expected);
    expect(isRollingBack(undefined)).toBe(false);
  });
});
