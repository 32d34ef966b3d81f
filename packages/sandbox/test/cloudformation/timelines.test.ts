import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../src/cloudformation/resource-type';
import { type CustomRequest, triad, World, type WorldOptions } from './world';

/**
 * The events of each kind of stack operation, in order (aws-facts CFN-1 to CFN-7). The physical id of X follows its
 * version, so each update replaces it.
 */
function world(options: WorldOptions = {}): World {
  const made = new World(options);
  made.handler = (request) => ({ PhysicalResourceId: idOf(request) });
  return made;
}

function idOf({ RequestType, PhysicalResourceId, ResourceProperties }: CustomRequest): string | undefined {
  return RequestType === 'Delete' ? PhysicalResourceId : `X-v${ResourceProperties.Version}`;
}

/** X keeps its id, whatever its version is. */
function constantWorld(options: WorldOptions = {}): World {
  const made = new World(options);
  made.handler = () => ({ PhysicalResourceId: 'A' });
  return made;
}

const fails = (Reason: string): Readonly<Record<string, unknown>> => ({
  Status: 'FAILED',
  Reason,
  PhysicalResourceId: 'A',
});

const failedText = (reason: string): unknown => {
  return expect.stringMatching(
    new RegExp(
      `Received response status \\[FAILED\\] from custom resource\\. Message returned: ${reason} \\(RequestId: .+\\)`,
    ),
  );
};

const forward = ['S UPDATE_IN_PROGRESS', 'R UPDATE_IN_PROGRESS(R-1)', '{update R R-1 2/1}', 'R UPDATE_COMPLETE(R-1)'];

describe('a create', () => {
  it('creates in dependency order', async () => {
    const aws = world();
    const result = await aws.cloudFormation.deploy({ stackName: 'S', template: triad('1') });
    expect(result).toMatchObject({ stack: 'S', status: 'CREATE_COMPLETE', reason: '', unchanged: false });
    expect(result.events).toEqual(aws.events);
    expect(aws.takeLog()).toEqual([
      'S CREATE_IN_PROGRESS',
      'R CREATE_IN_PROGRESS',
      '{create R 1}',
      'R CREATE_IN_PROGRESS(R-1) "Resource creation Initiated"',
      'R CREATE_COMPLETE(R-1)',
      'X CREATE_IN_PROGRESS',
      '[Create X 1]',
      'X CREATE_IN_PROGRESS(X-v1) "Resource creation Initiated"',
      'X CREATE_COMPLETE(X-v1)',
      'T CREATE_IN_PROGRESS',
      '{create T 1}',
      'T CREATE_IN_PROGRESS(T-1) "Resource creation Initiated"',
      'T CREATE_COMPLETE(T-1)',
      'S CREATE_COMPLETE',
    ]);
  });

  it('deletes in reverse order when T fails', async () => {
    const aws = world({ assume: { 'initiated-event': 'no' } });
    const result = await aws.cloudFormation.deploy({
      stackName: 'S',
      template: triad('1'),
      fail: [{ logicalId: 'T' }],
    });
    expect(result.status).toBe('ROLLBACK_COMPLETE');
    expect(result.reason).toBe('The following resource(s) failed to create: [T].');
    expect(aws.takeLog()).toEqual([
      'S CREATE_IN_PROGRESS',
      'R CREATE_IN_PROGRESS',
      '{create R 1}',
      'R CREATE_COMPLETE(R-1)',
      'X CREATE_IN_PROGRESS',
      '[Create X 1]',
      'X CREATE_COMPLETE(X-v1)',
      'T CREATE_IN_PROGRESS',
      'T CREATE_FAILED "Resource handler returned message: "failed on purpose""',
      'S ROLLBACK_IN_PROGRESS "The following resource(s) failed to create: [T]."',
      'T DELETE_IN_PROGRESS',
      'T DELETE_COMPLETE',
      'X DELETE_IN_PROGRESS(X-v1)',
      '[Delete X X-v1 1]',
      'X DELETE_COMPLETE(X-v1)',
      'R DELETE_IN_PROGRESS(R-1)',
      '{delete R R-1 1}',
      'R DELETE_COMPLETE(R-1)',
      'S ROLLBACK_COMPLETE',
    ]);
    expect(aws.cloudFormation.resources('S')).toEqual([]);
  });

  it('deletes X with the physical id of its FAILED answer', async () => {
    const aws = world({ assume: { 'initiated-event': 'no' } });
    aws.handler = ({ RequestType }) => (RequestType === 'Create' ? { ...fails('no'), PhysicalResourceId: 'F' } : {});
    await aws.cloudFormation.deploy({ stackName: 'S', template: triad('1') });
    const log = aws.takeLog();
    expect(log.slice(4)).toEqual([
      'X CREATE_IN_PROGRESS',
      '[Create X 1]',
      expect.stringMatching(/^X CREATE_FAILED\(F\) "Received response status \[FAILED\]/),
      'S ROLLBACK_IN_PROGRESS "The following resource(s) failed to create: [X]."',
      'X DELETE_IN_PROGRESS(F)',
      '[Delete X F 1]',
      'X DELETE_COMPLETE(F)',
      'R DELETE_IN_PROGRESS(R-1)',
      '{delete R R-1 1}',
      'R DELETE_COMPLETE(R-1)',
      'S ROLLBACK_COMPLETE',
    ]);
    expect(aws.events.find(({ status }) => status === 'CREATE_FAILED')?.reason).toEqual(failedText('no'));
  });
});

describe('an update', () => {
  it('deletes the old id of a replaced X in cleanup', async () => {
    const aws = world();
    await aws.cloudFormation.deploy({ stackName: 'S', template: triad('1') });
    aws.takeLog();
    const result = await aws.cloudFormation.deploy({ stackName: 'S', template: triad('2') });
    expect(result.status).toBe('UPDATE_COMPLETE');
    expect(aws.takeLog()).toEqual([
      ...forward,
      'X UPDATE_IN_PROGRESS(X-v1)',
      '[Update X X-v1 2/1]',
      'X UPDATE_COMPLETE(X-v2)',
      'T UPDATE_IN_PROGRESS(T-1)',
      '{update T T-1 2/1}',
      'T UPDATE_COMPLETE(T-1)',
      'S UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'X DELETE_IN_PROGRESS(X-v1)',
      '[Delete X X-v1 1]',
      'X DELETE_COMPLETE(X-v1)',
      'S UPDATE_COMPLETE',
    ]);
  });

  const rolledBackAfterT = [
    'R UPDATE_IN_PROGRESS(R-1)',
    '{update R R-1 1/2}',
    'R UPDATE_COMPLETE(R-1)',
    'X UPDATE_IN_PROGRESS(X-v2)',
    '[Update X X-v2 1/2]',
    'X UPDATE_COMPLETE(X-v1)',
    'T UPDATE_IN_PROGRESS(T-1)',
    '{update T T-1 1/2}',
    'T UPDATE_COMPLETE(T-1)',
    'S UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
    'X DELETE_IN_PROGRESS(X-v2)',
    '[Delete X X-v2 2]',
    'X DELETE_COMPLETE(X-v2)',
    'S UPDATE_ROLLBACK_COMPLETE',
  ];

  it('rolls back in the dependency order of the old template when T fails', async () => {
    const aws = world();
    await aws.cloudFormation.deploy({ stackName: 'S', template: triad('1') });
    aws.takeLog();
    const result = await aws.cloudFormation.deploy({
      stackName: 'S',
      template: triad('2'),
      fail: [{ logicalId: 'T' }],
    });
    expect(result).toMatchObject({
      status: 'UPDATE_ROLLBACK_COMPLETE',
      reason: 'The following resource(s) failed to update: [T].',
    });
    expect(aws.takeLog()).toEqual([
      ...forward,
      'X UPDATE_IN_PROGRESS(X-v1)',
      '[Update X X-v1 2/1]',
      'X UPDATE_COMPLETE(X-v2)',
      'T UPDATE_IN_PROGRESS(T-1)',
      'T UPDATE_FAILED(T-1) "Resource handler returned message: "failed on purpose""',
      'S UPDATE_ROLLBACK_IN_PROGRESS "The following resource(s) failed to update: [T]."',
      ...rolledBackAfterT,
    ]);
  });

  it('sends X its own rollback when X fails', async () => {
    const aws = constantWorld();
    await aws.cloudFormation.deploy({ stackName: 'S', template: triad('1') });
    aws.takeLog();
    aws.handler = ({ ResourceProperties }) => (ResourceProperties.Version === '2' ? fails('no') : {});
    await aws.cloudFormation.deploy({ stackName: 'S', template: triad('2') });
    expect(aws.takeLog()).toEqual([
      ...forward,
      'X UPDATE_IN_PROGRESS(A)',
      '[Update X A 2/1]',
      expect.stringMatching(/^X UPDATE_FAILED\(A\) "Received response status \[FAILED\] .* Message returned: no /),
      'S UPDATE_ROLLBACK_IN_PROGRESS "The following resource(s) failed to update: [X]."',
      'R UPDATE_IN_PROGRESS(R-1)',
      '{update R R-1 1/2}',
      'R UPDATE_COMPLETE(R-1)',
      'X UPDATE_IN_PROGRESS(A)',
      '[Update X A 1/2]',
      'X UPDATE_COMPLETE(A)',
      'S UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'S UPDATE_ROLLBACK_COMPLETE',
    ]);
  });

  it('rolls back as well when an alarm fires in monitoring time, before any delete', async () => {
    const aws = world();
    aws.alarms.set('Health', 'OK');
    await aws.cloudFormation.deploy({ stackName: 'S', template: triad('1') });
    aws.takeLog();
    aws.behaviours.set('T', () => void aws.alarms.set('Health', 'ALARM') as undefined);
    const alarms = { rollbackAlarms: ['Health'], monitoringSeconds: 5 };
    const result = await aws.cloudFormation.deploy({ stackName: 'S', template: triad('2'), ...alarms });
    expect(result).toMatchObject({
      status: 'UPDATE_ROLLBACK_COMPLETE',
      reason: 'Rollback trigger Health: the alarm is in ALARM state.',
    });
    expect(aws.takeLog().slice(9)).toEqual([
      'T UPDATE_COMPLETE(T-1)',
      'S UPDATE_ROLLBACK_IN_PROGRESS "Rollback trigger Health: the alarm is in ALARM state."',
      ...rolledBackAfterT,
    ]);
  });

  it('drops X after three failed deletes in cleanup and still succeeds', async () => {
    const aws = world();
    await aws.cloudFormation.deploy({ stackName: 'S', template: triad('1') });
    aws.takeLog();
    aws.handler = (request) =>
      request.RequestType === 'Delete' ? fails('still there') : { PhysicalResourceId: idOf(request) };
    const result = await aws.cloudFormation.deploy({ stackName: 'S', template: triad('2') });
    expect(aws.takeLog().slice(10)).toEqual([
      'S UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'X DELETE_IN_PROGRESS(X-v1)',
      '[Delete X X-v1 1]',
      '[Delete X X-v1 1]',
      '[Delete X X-v1 1]',
      expect.stringMatching(/^X DELETE_FAILED\(X-v1\) .*still there/),
      'S UPDATE_COMPLETE "Update successful. One or more resources could not be deleted."',
    ]);
    const ids = aws.requests.filter(({ RequestType }) => RequestType === 'Delete').map(({ RequestId }) => RequestId);
    expect(new Set(ids).size).toBe(3);
    expect(result.status).toBe('UPDATE_COMPLETE');
  });
});

describe('a failed rollback', () => {
  async function stuck(): Promise<World> {
    const aws = constantWorld();
    await aws.cloudFormation.deploy({ stackName: 'S', template: triad('1') });
    aws.handler = ({ OldResourceProperties }) => (OldResourceProperties?.Version === '2' ? fails('cannot undo') : {});
    aws.takeLog();
    const result = await aws.cloudFormation.deploy({
      stackName: 'S',
      template: triad('2'),
      fail: [{ logicalId: 'T' }],
    });
    expect(result).toMatchObject({
      status: 'UPDATE_ROLLBACK_FAILED',
      reason: 'The following resource(s) failed to update: [X].',
    });
    expect(aws.takeLog().slice(-4)).toEqual([
      'X UPDATE_IN_PROGRESS(A)',
      '[Update X A 1/2]',
      expect.stringMatching(/^X UPDATE_FAILED\(A\) .*cannot undo/),
      'S UPDATE_ROLLBACK_FAILED "The following resource(s) failed to update: [X]."',
    ]);
    return aws;
  }

  const end = [
    'T UPDATE_IN_PROGRESS(T-1)',
    '{update T T-1 1/2}',
    'T UPDATE_COMPLETE(T-1)',
    'S UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
    'S UPDATE_ROLLBACK_COMPLETE',
  ];

  it('continues with the same request', async () => {
    const aws = await stuck();
    aws.handler = () => ({});
    const result = await aws.cloudFormation.continueUpdateRollback('S');
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(aws.takeLog()).toEqual([
      'S UPDATE_ROLLBACK_IN_PROGRESS',
      'X UPDATE_IN_PROGRESS(A)',
      '[Update X A 1/2]',
      'X UPDATE_COMPLETE(A)',
      ...end,
    ]);
  });

  it('continues without X when X is skipped', async () => {
    const aws = await stuck();
    const result = await aws.cloudFormation.continueUpdateRollback('S', ['X']);
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(aws.takeLog()).toEqual(['S UPDATE_ROLLBACK_IN_PROGRESS', 'X UPDATE_COMPLETE(A)', ...end]);
  });

  it('skips only what failed itself', async () => {
    const aws = await stuck();
    await expect(aws.cloudFormation.continueUpdateRollback('S', ['T'])).rejects.toThrow(
      'Resources to skip [T] must be in UPDATE_FAILED because their rollback failed. Allowed: X.',
    );
    await expect(aws.cloudFormation.deploy({ stackName: 'S', template: triad('3') })).rejects.toThrow(
      /is in UPDATE_ROLLBACK_FAILED state and can not be updated/,
    );
  });
});

describe('an operation without rollback', () => {
  it('restores the failed resource, keeps the others, and rolls back when asked', async () => {
    const aws = constantWorld();
    await aws.cloudFormation.deploy({ stackName: 'S', template: triad('1') });
    aws.takeLog();
    aws.handler = ({ ResourceProperties }) => (ResourceProperties.Version === '2' ? fails('no') : {});
    const result = await aws.cloudFormation.deploy({ stackName: 'S', template: triad('2'), disableRollback: true });
    expect(result.status).toBe('UPDATE_FAILED');
    expect(aws.takeLog()).toEqual([
      ...forward,
      'X UPDATE_IN_PROGRESS(A)',
      '[Update X A 2/1]',
      '[Update X A 1/2]',
      expect.stringMatching(/^X UPDATE_FAILED\(A\) .*Message returned: no/),
      'S UPDATE_FAILED "The following resource(s) failed to update: [X]."',
    ]);
    await aws.cloudFormation.rollbackStack('S');
    expect(aws.takeLog()).toEqual([
      'S UPDATE_ROLLBACK_IN_PROGRESS',
      'R UPDATE_IN_PROGRESS(R-1)',
      '{update R R-1 1/2}',
      'R UPDATE_COMPLETE(R-1)',
      'S UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'S UPDATE_ROLLBACK_COMPLETE',
    ]);
    expect(aws.cloudFormation.resources('S').map(({ status }) => status)).toEqual([
      'UPDATE_COMPLETE',
      'CREATE_COMPLETE',
      'CREATE_COMPLETE',
    ]);
  });
});

describe('a delete', () => {
  it('deletes what refers to others first', async () => {
    const aws = constantWorld();
    await aws.cloudFormation.deploy({ stackName: 'S', template: triad('1') });
    aws.takeLog();
    const result = await aws.cloudFormation.deleteStack('S');
    expect(result.status).toBe('DELETE_COMPLETE');
    expect(aws.takeLog()).toEqual([
      'S DELETE_IN_PROGRESS',
      'T DELETE_IN_PROGRESS(T-1)',
      '{delete T T-1 1}',
      'T DELETE_COMPLETE(T-1)',
      'X DELETE_IN_PROGRESS(A)',
      '[Delete X A 1]',
      'X DELETE_COMPLETE(A)',
      'R DELETE_IN_PROGRESS(R-1)',
      '{delete R R-1 1}',
      'R DELETE_COMPLETE(R-1)',
      'S DELETE_COMPLETE',
    ]);
    expect(aws.cloudFormation.describeStack('S')).toBeUndefined();
    expect(aws.cloudFormation.listStacks()).toEqual([]);
  });

  it('does not reach R when X fails, and continues when X is retained', async () => {
    const aws = constantWorld();
    await aws.cloudFormation.deploy({ stackName: 'S', template: triad('1') });
    aws.takeLog();
    aws.handler = () => fails('no');
    await expect(aws.cloudFormation.deleteStack('S', { retainResources: ['X'] })).rejects.toThrow(
      /only in DELETE_FAILED/,
    );
    await aws.cloudFormation.deleteStack('S');
    expect(aws.takeLog().slice(4)).toEqual([
      'X DELETE_IN_PROGRESS(A)',
      '[Delete X A 1]',
      expect.stringMatching(/^X DELETE_FAILED\(A\) .*Message returned: no/),
      'S DELETE_FAILED "The following resource(s) failed to delete: [X]."',
    ]);
    await aws.cloudFormation.deleteStack('S', { retainResources: ['X'] });
    expect(aws.takeLog()).toEqual([
      'S DELETE_IN_PROGRESS',
      'X DELETE_SKIPPED(A)',
      'R DELETE_IN_PROGRESS(R-1)',
      '{delete R R-1 1}',
      'R DELETE_COMPLETE(R-1)',
      'S DELETE_COMPLETE',
    ]);
  });

  it('calls a removed X before its function goes, in cleanup', async () => {
    const aws = constantWorld();
    const { R, X, T } = triad('1').Resources as Record<string, Json>;
    const Keep = { Type: 'Test::Table', Properties: {} };
    await aws.cloudFormation.deploy({ stackName: 'S', template: { Resources: { R, X, T, Keep } } });
    aws.takeLog();
    await aws.cloudFormation.deploy({ stackName: 'S', template: { Resources: { Keep } } });
    expect(aws.takeLog()).toEqual([
      'S UPDATE_IN_PROGRESS',
      'S UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'T DELETE_IN_PROGRESS(T-1)',
      expect.stringMatching(/^{delete T/),
      'T DELETE_COMPLETE(T-1)',
      'X DELETE_IN_PROGRESS(A)',
      '[Delete X A 1]',
      'X DELETE_COMPLETE(A)',
      'R DELETE_IN_PROGRESS(R-1)',
      '{delete R R-1 1}',
      'R DELETE_COMPLETE(R-1)',
      'S UPDATE_COMPLETE',
    ]);
  });
});
