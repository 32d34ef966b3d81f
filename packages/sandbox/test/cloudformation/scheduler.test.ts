import { describe, expect, it } from '@jest/globals';
import { runTasks, type Task } from '../../src/cloudformation/scheduler';
import { gate } from './world';

describe('runTasks', () => {
  it('returns at once when there is nothing to do', async () => {
    expect(await runTasks([], { onFailure: 'stop' })).toEqual([]);
  });

  it('runs independent tasks at the same time and dependent ones in order', async () => {
    const log: string[] = [];
    const both = gate();
    const meet = (id: string) => async () => {
      log.push(id);
      if (log.length === 2) both.open();
      await both.opened;
    };
    const after: Task = { id: 'c', after: ['a', 'b', 'not in the graph'], run: async () => void log.push('c') };
    const tasks = [after, { id: 'a', after: [], run: meet('a') }, { id: 'b', after: [], run: meet('b') }];
    expect(await runTasks(tasks, { onFailure: 'stop' })).toEqual([]);
    expect(log).toEqual(['a', 'b', 'c']);
  });

  it('stops at the first failure, aborts what is running, and waits for it', async () => {
    const log: string[] = [];
    const fail = async (): Promise<void> => Promise.reject(new Error('no'));
    const slow = async (signal: AbortSignal): Promise<void> => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      log.push('slow ended');
    };
    const tasks: Task[] = [
      { id: 'slow', after: [], run: slow },
      { id: 'bad', after: [], run: fail },
      { id: 'late', after: ['slow'], run: async () => void log.push('late') },
    ];
    const failures = await runTasks(tasks, { onFailure: 'stop' });
    expect(failures).toMatchObject([{ id: 'bad', error: { message: 'no' } }]);
    expect(log).toEqual(['slow ended']);
  });

  it('skips only the dependents of a failure when told to', async () => {
    const log: string[] = [];
    const tasks: Task[] = [
      { id: 'bad', after: [], run: () => Promise.reject(new Error('no')) },
      { id: 'child', after: ['bad'], run: async () => void log.push('child') },
      { id: 'other', after: [], run: async () => void log.push('other') },
      { id: 'other child', after: ['other'], run: async () => void log.push('other child') },
    ];
    const failures = await runTasks(tasks, { onFailure: 'skip-dependents' });
    expect(failures.map(({ id }) => id)).toEqual(['bad']);
    expect(log).toEqual(['other', 'other child']);
  });

  it('starts nothing when it was stopped from outside before', async () => {
    const log: string[] = [];
    const tasks: Task[] = [{ id: 'a', after: [], run: async () => void log.push('a') }];
    await runTasks(tasks, { onFailure: 'stop', signal: AbortSignal.abort() });
    expect(log).toEqual([]);
  });
});
