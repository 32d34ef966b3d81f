import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { StackEvent, StackResult } from '../../src';
import type { Terminal } from '../../src/cli/output';
import { Progress } from '../../src/cli/progress';
import { stackReport } from '../../src/cli/stack-report';

beforeEach(() => {
  jest.useFakeTimers({ now: Date.parse('2026-01-01T00:00:00Z') });
});
afterEach(() => {
  jest.useRealTimers();
});

function listening(verbose = false) {
  const lines: string[] = [];
  const terminal: Terminal = {
    json: false,
    verbose,
    say: (line) => lines.push(line),
    warn: () => {},
    print: () => {},
    paint: (_colour, text) => text,
  };
  return { lines, progress: new Progress(terminal), terminal };
}

const event = (logicalId: string, status: string, more: Partial<StackEvent> = {}): StackEvent => ({
  ...{ stack: 'Web', time: new Date().toISOString(), logicalId, physicalId: '', type: 'AWS::SSM::Parameter', status },
  ...{ reason: '', ...more },
});

describe('the progress of a stack operation', () => {
  it('shows stacks, custom resources, failures and reasons, and has one line for all else', () => {
    const { lines, progress } = listening();
    const custom = { type: 'Custom::DatabaseMigrations', reason: 'Applied 1 migration:\n1.0.0 create users (53 ms)' };
    for (const shown of [
      event('Web', 'CREATE_IN_PROGRESS', { reason: 'User Initiated', type: 'AWS::CloudFormation::Stack' }),
      ...['A', 'B', 'C'].flatMap((id) => [
        event(id, 'CREATE_IN_PROGRESS'),
        event(id, 'CREATE_IN_PROGRESS', { reason: 'Resource creation Initiated' }),
        event(id, 'CREATE_COMPLETE'),
      ]),
      event('Migrations', 'CREATE_COMPLETE', custom),
      event('D', 'CREATE_FAILED', { reason: 'no' }),
      event('E', 'CREATE_COMPLETE'),
    ]) {
      progress.show(shown);
    }
    progress.end();

    expect(lines.map((line) => line.replace(/^[\d:.]{12}/, '').replaceAll(/ +/g, ' '))).toEqual([
      ' CREATE_IN_PROGRESS Web AWS::CloudFormation::Stack User Initiated',
      ' CREATE_COMPLETE A, B, C',
      ' CREATE_COMPLETE Migrations Custom::DatabaseMigrations Applied 1 migration:\n 1.0.0 create users (53 ms)',
      ' CREATE_FAILED D AWS::SSM::Parameter no',
      ' CREATE_COMPLETE E',
    ]);
  });

  it('has a line for every event with --verbose', () => {
    const { lines, progress } = listening(true);
    for (const status of ['CREATE_IN_PROGRESS', 'CREATE_COMPLETE']) progress.show(event('A', status));
    expect(lines).toHaveLength(2);
  });

  it('says every ten seconds of silence what it waits for', () => {
    const { lines, progress } = listening();
    progress.show(event('Web', 'UPDATE_IN_PROGRESS'));
    progress.show(event('A', 'UPDATE_IN_PROGRESS'));
    progress.show(event('B', 'UPDATE_COMPLETE'));
    jest.advanceTimersByTime(25_000);
    progress.end();
    jest.advanceTimersByTime(60_000);

    expect(lines.slice(1).map((line) => line.trim().replaceAll(/ +/g, ' '))).toEqual([
      'UPDATE_COMPLETE B',
      '... still working after 10 s: A UPDATE_IN_PROGRESS for 10 s',
      '... still working after 20 s: A UPDATE_IN_PROGRESS for 20 s',
    ]);
  });
});

describe('the report of a stack operation', () => {
  it('repeats the last word of each custom resource that succeeded', () => {
    const { terminal } = listening();
    const type = 'Custom::DatabaseMigrations';
    const result: StackResult = {
      ...{ stack: 'Web', status: 'UPDATE_ROLLBACK_COMPLETE', reason: '', outputs: {}, unchanged: false },
      events: [
        event('Migrations', 'UPDATE_COMPLETE', { type, reason: 'Applied 2 migrations:\n1.1.0\n1.2.0' }),
        event('Other', 'UPDATE_FAILED', { reason: 'no' }),
        event('Migrations', 'UPDATE_COMPLETE', { type, reason: 'Undone 2 migrations:\n1.2.0\n1.1.0' }),
      ],
    };
    const host = { name: 'cfn-sandbox', description: '', version: '' };
    expect(stackReport([result], { statuses: /^UPDATE_COMPLETE$/ }, { terminal, host }).text).toBe(
      [
        '',
        'Web: UPDATE_ROLLBACK_COMPLETE',
        '  Other: no',
        '  Migrations: Undone 2 migrations:',
        '    1.2.0',
        '    1.1.0',
      ].join('\n'),
    );
  });
});
