import { describe, expect, it } from '@jest/globals';
import { type CustomRequest, triad, until, World, type WorldOptions } from './world';

/** DisableRollback and RollbackStack (aws-facts CFN-10, CFN-11 and CFN-12). */

async function deployed(options: WorldOptions = {}): Promise<World> {
  const aws = new World(options);
  aws.handler = () => ({ PhysicalResourceId: 'A' });
  await aws.cloudFormation.deploy({ stackName: 'S', template: triad('1') });
  aws.takeLog();
  return aws;
}

const refusing =
  (version: string) =>
  ({ ResourceProperties }: CustomRequest) =>
    ResourceProperties.Version === version
      ? { Status: 'FAILED', Reason: 'no', PhysicalResourceId: 'A' }
      : { PhysicalResourceId: 'A' };

const update = (aws: World, version: string, disableRollback = true) => {
  return aws.cloudFormation.deploy({ stackName: 'S', template: triad(version), disableRollback });
};

const statuses = (aws: World): Readonly<Record<string, string>> => {
  return Object.fromEntries(aws.cloudFormation.resources('S').map(({ logicalId, status }) => [logicalId, status]));
};

describe('a create without rollback', () => {
  /** Two independent paths: A <- B and C <- D. */
  const paths = (): unknown => ({
    Resources: {
      A: { Type: 'Test::Table' },
      B: { Type: 'Test::Table', DependsOn: 'A' },
      C: { Type: 'Test::Table' },
      D: { Type: 'Test::Table', DependsOn: 'C' },
    },
  });

  async function failed(options: WorldOptions = {}): Promise<World> {
    const aws = new World(options);
    const request = { stackName: 'S', template: paths(), disableRollback: true, fail: [{ logicalId: 'A' }] };
    const result = await aws.cloudFormation.deploy(request);
    expect(result).toMatchObject({
      status: 'CREATE_FAILED',
      reason: 'The following resource(s) failed to create: [A].',
    });
    aws.takeLog();
    return aws;
  }

  it('lets independent paths continue and keeps what succeeded', async () => {
    const aws = await failed();
    expect(statuses(aws)).toEqual({ A: 'CREATE_FAILED', C: 'CREATE_COMPLETE', D: 'CREATE_COMPLETE' });
  });

  it('can only be followed by an update without rollback', async () => {
    const aws = await failed();
    await expect(aws.cloudFormation.deploy({ stackName: 'S', template: paths() })).rejects.toThrow(
      'This stack is currently in a non-terminal [CREATE_FAILED] state. To update the stack from this state, please use the disable-rollback parameter',
    );
  });

  it('is completed by the next update, which deletes what failed and creates it again', async () => {
    const aws = await failed();
    const result = await aws.cloudFormation.deploy({ stackName: 'S', template: paths(), disableRollback: true });
    expect(result.status).toBe('UPDATE_COMPLETE');
    expect(aws.takeLog()).toEqual([
      'S UPDATE_IN_PROGRESS',
      'A DELETE_IN_PROGRESS',
      'A DELETE_COMPLETE',
      'A CREATE_IN_PROGRESS',
      '{create A}',
      'A CREATE_IN_PROGRESS(A-1) "Resource creation Initiated"',
      'A CREATE_COMPLETE(A-1)',
      'B CREATE_IN_PROGRESS',
      '{create B}',
      'B CREATE_IN_PROGRESS(B-1) "Resource creation Initiated"',
      'B CREATE_COMPLETE(B-1)',
      'S UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'S UPDATE_COMPLETE',
    ]);
  });

  it('fails again when what failed cannot be deleted', async () => {
    const aws = new World();
    const X = { Type: 'Custom::Thing', Properties: { ServiceToken: 'arn:handler' } };
    const request = { stackName: 'S', template: { Resources: { X } }, disableRollback: true };
    aws.handler = () => ({ Status: 'FAILED', Reason: 'no', PhysicalResourceId: 'F' });
    await aws.cloudFormation.deploy(request);
    expect(await aws.cloudFormation.deploy(request)).toMatchObject({
      status: 'UPDATE_FAILED',
      reason: 'The following resource(s) failed to create: [X].',
    });
    expect(aws.requests.map(({ RequestType }) => RequestType)).toEqual(['Create', 'Delete']);
  });

  it('is deleted by RollbackStack, because there is no earlier state', async () => {
    const aws = await failed();
    const result = await aws.cloudFormation.rollbackStack('S');
    expect(result.status).toBe('DELETE_COMPLETE');
    expect(aws.cloudFormation.listStacks()).toEqual([]);
  });

  it('ends in ROLLBACK_COMPLETE under the other assumption', async () => {
    const aws = await failed({ assume: { 'rollback-without-stable-state': 'rollback' } });
    expect((await aws.cloudFormation.rollbackStack('S')).status).toBe('ROLLBACK_COMPLETE');
  });

  it('can fail again, and still has no stable state', async () => {
    const aws = await failed();
    const again = { stackName: 'S', template: paths(), disableRollback: true, fail: [{ logicalId: 'B' }] };
    expect((await aws.cloudFormation.deploy(again)).status).toBe('UPDATE_FAILED');
    expect((await aws.cloudFormation.rollbackStack('S')).status).toBe('DELETE_COMPLETE');
  });
});

describe('an update without rollback', () => {
  it('continues from UPDATE_FAILED with a better template', async () => {
    const aws = await deployed();
    aws.handler = refusing('2');
    await update(aws, '2');
    expect(statuses(aws)).toEqual({ R: 'UPDATE_COMPLETE', X: 'UPDATE_FAILED', T: 'CREATE_COMPLETE' });
    aws.takeLog();
    expect((await update(aws, '3')).status).toBe('UPDATE_COMPLETE');
    expect(aws.takeLog()).toEqual([
      'S UPDATE_IN_PROGRESS',
      'R UPDATE_IN_PROGRESS(R-1)',
      '{update R R-1 3/2}',
      'R UPDATE_COMPLETE(R-1)',
      'X UPDATE_IN_PROGRESS(A)',
      '[Update X A 3/1]',
      'X UPDATE_COMPLETE(A)',
      'T UPDATE_IN_PROGRESS(T-1)',
      '{update T T-1 3/1}',
      'T UPDATE_COMPLETE(T-1)',
      'S UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'S UPDATE_COMPLETE',
    ]);
  });

  it('rolls back to the last complete state, over several failed attempts', async () => {
    const aws = await deployed();
    aws.handler = refusing('2');
    await update(aws, '2');
    aws.handler = refusing('3');
    await update(aws, '3');
    aws.takeLog();
    const result = await aws.cloudFormation.rollbackStack('S');
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(aws.takeLog()).toContain('{update R R-1 1/3}');
    expect((await update(aws, '1', false)).unchanged).toBe(true);
  });

  it('sends the failed resource nothing at once under the other assumption', async () => {
    const aws = await deployed({ assume: { 'no-rollback-failed-update-request': 'no' } });
    aws.handler = refusing('2');
    await update(aws, '2');
    expect(aws.takeLog().filter((line) => line.startsWith('['))).toEqual(['[Update X A 2/1]']);
    aws.handler = () => ({ PhysicalResourceId: 'A' });
    await update(aws, '2');
    expect(aws.takeLog().filter((line) => line.startsWith('['))).toEqual(['[Update X A 2/2]']);
    await aws.cloudFormation.deleteStack('S');
  });

  it('tries again with the next rollback when the resource cannot be restored at once', async () => {
    const aws = await deployed();
    aws.handler = () => ({ Status: 'FAILED', Reason: 'no', PhysicalResourceId: 'A' });
    await update(aws, '2');
    expect(aws.takeLog().filter((line) => line.startsWith('['))).toEqual(['[Update X A 2/1]', '[Update X A 1/2]']);
    aws.handler = () => ({ PhysicalResourceId: 'A' });
    await aws.cloudFormation.rollbackStack('S');
    expect(aws.takeLog().filter((line) => line.startsWith('['))).toEqual(['[Update X A 1/2]']);
  });

  const renaming = ({ RequestType, PhysicalResourceId, ResourceProperties }: CustomRequest) => ({
    PhysicalResourceId: RequestType === 'Delete' ? PhysicalResourceId : `v${ResourceProperties.Version}`,
  });

  it('refuses a replacement, restores the resource, and deletes the new one in the next cleanup', async () => {
    const aws = await deployed();
    aws.handler = (request) =>
      request.ResourceProperties.Version === '1' ? { PhysicalResourceId: 'A' } : renaming(request);
    const result = await update(aws, '2');
    expect(result.status).toBe('UPDATE_FAILED');
    expect(aws.takeLog().slice(4)).toEqual([
      'X UPDATE_IN_PROGRESS(A)',
      '[Update X A 2/1]',
      '[Update X v2 1/2]',
      'X UPDATE_FAILED(A) "Replacement type updates not supported on stack with disable-rollback."',
      'S UPDATE_FAILED "The following resource(s) failed to update: [X]."',
    ]);
    await aws.cloudFormation.rollbackStack('S');
    expect(aws.takeLog()).toContain('[Delete X v2 2]');
  });

  it('allows a replacement under the other assumption', async () => {
    const aws = await deployed({ assume: { 'no-rollback-replacement': 'allowed' } });
    aws.handler = renaming;
    expect((await update(aws, '2')).status).toBe('UPDATE_COMPLETE');
    expect(aws.takeLog()).toContain('[Delete X A 1]');
  });

  it('can only be rolled back from a failed state', async () => {
    const aws = await deployed();
    await expect(aws.cloudFormation.rollbackStack('S')).rejects.toThrow(
      /is in CREATE_COMPLETE state and can not be rolled back\. Allowed: CREATE_FAILED, UPDATE_FAILED\./,
    );
  });
});

describe('OnFailure of a create', () => {
  const failing = (aws: World, more: object) => {
    aws.handler = ({ RequestType }) => ({
      ...(RequestType === 'Create' ? { Status: 'FAILED', Reason: 'no' } : {}),
      PhysicalResourceId: 'A',
    });
    return aws.cloudFormation.deploy({ stackName: 'S', template: triad('1'), ...more });
  };

  it('DELETE deletes the stack at once: no rollback is shown, and custom resources get their Delete', async () => {
    const aws = new World();
    const { status, reason } = await failing(aws, { onFailure: 'DELETE' });

    expect([status, reason]).toEqual(['DELETE_COMPLETE', '']);
    expect(aws.takeLog().filter((line) => /^(S |\[|\{delete)/.test(line))).toEqual([
      'S CREATE_IN_PROGRESS',
      '[Create X 1]',
      'S DELETE_IN_PROGRESS "The following resource(s) failed to create: [X]. Delete requested by user."',
      '[Delete X A 1]',
      '{delete R R-1 1}',
      'S DELETE_COMPLETE',
    ]);
    expect(aws.cloudFormation.listStacks()).toEqual([]);
  });

  it('DELETE is still meant when the process died during the create', async () => {
    const first = new World();
    first.handler = () => 'silence';
    void first.cloudFormation.deploy({ stackName: 'S', template: triad('1'), onFailure: 'DELETE' });
    await until(() => first.requests.length > 0);
    const second = new World({ folder: first.folder });
    second.handler = () => ({ PhysicalResourceId: 'A' });

    expect(await second.cloudFormation.recover()).toMatchObject([{ status: 'DELETE_COMPLETE' }]);
    expect(second.events.filter(({ status }) => status.includes('ROLLBACK'))).toEqual([]);
  });

  it('DELETE says nothing about updates, which are rolled back', async () => {
    const aws = await deployed();
    aws.handler = refusing('2');
    const result = await aws.cloudFormation.deploy({ stackName: 'S', template: triad('2'), onFailure: 'DELETE' });
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  it('DO_NOTHING keeps what was created, ROLLBACK is the default', async () => {
    expect((await failing(new World(), { onFailure: 'DO_NOTHING' })).status).toBe('CREATE_FAILED');
    expect((await failing(new World(), { onFailure: 'ROLLBACK' })).status).toBe('ROLLBACK_COMPLETE');
    expect((await failing(new World(), {})).status).toBe('ROLLBACK_COMPLETE');
  });

  it('cannot be given together with DisableRollback', async () => {
    await expect(failing(new World(), { onFailure: 'DELETE', disableRollback: true })).rejects.toThrow(
      'Specify either DisableRollback or OnFailure, but not both.',
    );
  });
});
