import { describe, expect, it } from '@jest/globals';
import { gate, triad, until, World, type WorldOptions } from './world';

/** CancelUpdateStack, rollback triggers and ContinueUpdateRollback (aws-facts CFN-13, CFN-14 and CFN-15). */

async function deployed(options: WorldOptions = {}): Promise<World> {
  const aws = new World(options);
  aws.handler = () => ({ PhysicalResourceId: 'A' });
  aws.alarms.set('Health', 'OK');
  await aws.cloudFormation.deploy({ stackName: 'S', template: triad('1') });
  aws.takeLog();
  return aws;
}

const update = (aws: World, more: object = {}) =>
  aws.cloudFormation.deploy({ stackName: 'S', template: triad('2'), ...more });

const stackLines = (aws: World): readonly string[] => aws.takeLog().filter((line) => line.startsWith('S '));

describe('CancelUpdateStack', () => {
  it('cancels what is running and rolls back', async () => {
    const aws = await deployed();
    const late = gate();
    aws.handler = async ({ ResourceProperties }) => {
      if (ResourceProperties.Version === '2') await late.opened;
      return { PhysicalResourceId: 'A' };
    };
    const deployment = update(aws);
    await until(() => aws.requests.length === 2);
    await aws.cloudFormation.cancelUpdate('S');
    const result = await deployment;
    late.open();
    expect(result).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE', reason: 'User Initiated' });
    expect(aws.takeLog().slice(6, 9)).toEqual([
      'X UPDATE_FAILED(A) "Resource update cancelled"',
      'S UPDATE_ROLLBACK_IN_PROGRESS',
      'R UPDATE_IN_PROGRESS(R-1)',
    ]);
  });

  it('rolls back an update without rollback too', async () => {
    const aws = await deployed();
    const late = gate();
    aws.behaviours.set('T', ({ action }) => (action === 'update' ? late.opened.then(() => undefined) : undefined));
    const deployment = update(aws, { disableRollback: true });
    await until(() => aws.requests.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 2));
    await aws.cloudFormation.cancelUpdate('S');
    late.open();
    expect((await deployment).status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  it('waits for an ordinary resource, but says at once that it is cancelled', async () => {
    const aws = await deployed();
    const late = gate();
    aws.behaviours.set('R', ({ request }) => {
      return request.properties.Version === '2'
        ? late.opened.then(() => void aws.note('late') as undefined)
        : undefined;
    });
    const deployment = update(aws);
    await until(() => aws.events.at(-1)?.logicalId === 'R');
    await aws.cloudFormation.cancelUpdate('S');
    late.open();
    await deployment;
    expect(aws.takeLog().slice(1, 8)).toEqual([
      'R UPDATE_IN_PROGRESS(R-1)',
      '{update R R-1 2/1}',
      'R UPDATE_FAILED(R-1) "Resource update cancelled"',
      'late',
      'S UPDATE_ROLLBACK_IN_PROGRESS',
      'R UPDATE_IN_PROGRESS(R-1)',
      '{update R R-1 1/2}',
    ]);
  });

  it('is refused when no update runs', async () => {
    const aws = await deployed();
    await expect(aws.cloudFormation.cancelUpdate('S')).rejects.toThrow('cannot be called from current stack status');
    await expect(aws.cloudFormation.cancelUpdate('None')).rejects.toThrow('Stack with id None does not exist');
  });
});

describe('rollback triggers', () => {
  const alarms = { rollbackAlarms: ['Health'], monitoringSeconds: 30 };

  it('delay the cleanup, and nothing else while no alarm fires', async () => {
    const aws = await deployed();
    aws.handler = ({ RequestType, PhysicalResourceId }) => {
      if (RequestType === 'Delete') aws.note('deleted');
      else setTimeout(() => aws.note('quiet'), 10);
      return { PhysicalResourceId: RequestType === 'Delete' ? PhysicalResourceId : 'B' };
    };
    const result = await update(aws, alarms);
    expect(result.status).toBe('UPDATE_COMPLETE');
    const log = aws.takeLog();
    expect(log.indexOf('quiet')).toBeGreaterThan(log.indexOf('T UPDATE_COMPLETE(T-1)'));
    expect(log.indexOf('quiet')).toBeLessThan(log.indexOf('S UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'));
  });

  it('roll back when an alarm fires while resources are updated', async () => {
    const aws = await deployed();
    aws.behaviours.set('R', async () => {
      aws.alarms.set('Health', 'ALARM');
      await new Promise((resolve) => setTimeout(resolve, 10));
      return undefined;
    });
    const result = await update(aws, alarms);
    expect(result).toMatchObject({
      status: 'UPDATE_ROLLBACK_COMPLETE',
      reason: 'Rollback trigger Health: the alarm is in ALARM state.',
    });
    expect(aws.requests).toHaveLength(1);
  });

  it('ignore INSUFFICIENT_DATA, and an alarm during the rollback', async () => {
    const aws = await deployed();
    aws.alarms.set('Health', 'INSUFFICIENT_DATA');
    expect((await update(aws, alarms)).status).toBe('UPDATE_COMPLETE');
    aws.behaviours.set('T', () => void aws.alarms.set('Health', 'ALARM') as undefined);
    const failed = await aws.cloudFormation.deploy({
      stackName: 'S',
      template: triad('3'),
      fail: [{ logicalId: 'T' }],
    });
    expect(failed).toMatchObject({
      status: 'UPDATE_ROLLBACK_COMPLETE',
      reason: 'The following resource(s) failed to update: [T].',
    });
  });

  it('fail the operation, even a create, when the alarm does not exist', async () => {
    const aws = await deployed();
    const missing = { rollbackAlarms: ['None'] };
    expect(await update(aws, missing)).toMatchObject({
      status: 'UPDATE_ROLLBACK_COMPLETE',
      reason: 'Rollback trigger None: the alarm does not exist.',
    });
    const created = await aws.cloudFormation.deploy({ stackName: 'New', template: triad('1'), ...missing });
    expect(created.status).toBe('ROLLBACK_COMPLETE');
    expect(aws.requests).toHaveLength(1);
  });

  it('fail the operation when the alarm cannot be read', async () => {
    const aws = await deployed();
    aws.alarmFault = new Error('no access');
    expect(await update(aws, alarms)).toMatchObject({
      status: 'UPDATE_ROLLBACK_COMPLETE',
      reason: 'Rollback trigger Health: no access',
    });
  });

  it('stay in force for later updates that do not mention them', async () => {
    const aws = await deployed();
    await update(aws, { ...alarms, monitoringSeconds: 0 });
    aws.alarms.set('Health', 'ALARM');
    const next = { stackName: 'S', template: triad('3') };
    expect((await aws.cloudFormation.deploy(next)).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect((await aws.cloudFormation.deploy({ ...next, rollbackAlarms: [] })).status).toBe('UPDATE_COMPLETE');
  });

  it('show the complete status while monitoring under the other assumption', async () => {
    const aws = new World({ assume: { 'monitoring-status': 'UPDATE_COMPLETE' } });
    aws.alarms.set('Health', 'OK');
    await aws.cloudFormation.deploy({ stackName: 'S', template: triad('1'), ...alarms });
    expect(stackLines(aws)).toEqual(['S CREATE_IN_PROGRESS', 'S CREATE_COMPLETE']);
    await update(aws);
    expect(stackLines(aws)).toEqual([
      'S UPDATE_IN_PROGRESS',
      'S UPDATE_COMPLETE',
      'S UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'S UPDATE_COMPLETE',
    ]);
  });
});

describe('ContinueUpdateRollback', () => {
  it('is refused in any state but UPDATE_ROLLBACK_FAILED, and for nested stacks', async () => {
    const aws = await deployed();
    await expect(aws.cloudFormation.continueUpdateRollback('S')).rejects.toThrow(
      /is in CREATE_COMPLETE state and can not continue rollback\. Allowed: UPDATE_ROLLBACK_FAILED\./,
    );
  });

  it('does not repeat what was rolled back already, and cannot skip cancelled resources', async () => {
    const aws = new World();
    const template = (Version: string): unknown => ({
      Resources: {
        A: { Type: 'Test::Table', Properties: { Version } },
        X: { Type: 'Custom::Thing', DependsOn: 'A', Properties: { ServiceToken: 'arn:x', Version } },
        Y: { Type: 'Custom::Thing', DependsOn: 'A', Properties: { ServiceToken: 'arn:y', Version } },
        Z: { Type: 'Test::Table', DependsOn: ['X', 'Y'], Properties: { Version } },
      },
    });
    await aws.cloudFormation.deploy({ stackName: 'S', template: template('1') });
    const never = gate();
    aws.handler = async ({ LogicalResourceId, OldResourceProperties, PhysicalResourceId }) => {
      if (OldResourceProperties?.Version !== '2') return { PhysicalResourceId };
      if (LogicalResourceId === 'Y') await never.opened;
      return { Status: 'FAILED', Reason: 'no' };
    };
    const failed = await aws.cloudFormation.deploy({
      stackName: 'S',
      template: template('2'),
      fail: [{ logicalId: 'Z' }],
    });
    expect(failed.status).toBe('UPDATE_ROLLBACK_FAILED');
    expect(failed.reason).toBe('The following resource(s) failed to update: [X, Y].');
    await expect(aws.cloudFormation.continueUpdateRollback('S', ['X', 'Y'])).rejects.toThrow(
      'Resources to skip [Y] must be in UPDATE_FAILED because their rollback failed. Allowed: X.',
    );
    aws.takeLog();
    aws.handler = () => ({});
    const result = await aws.cloudFormation.continueUpdateRollback('S', ['X']);
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    const log = aws.takeLog();
    expect(log.filter((line) => line.startsWith('A ') || line.includes(' A '))).toEqual([]);
    expect(log.filter((line) => line.startsWith('['))).toEqual(['[Update Y Y-id 1/2]']);
  });
});
