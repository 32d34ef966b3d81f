import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { gate, triad, until, World, type WorldOptions } from './world';

/** A process that dies leaves only its folder: the next one has a copy of it, taken in the middle of an operation. */

const STOPPED = 'the sandbox was stopped during this operation';

function reopened(aws: World, options: WorldOptions = {}): World {
  const folder = mkdtempSync(join(tmpdir(), 'cloudformation-'));
  cpSync(aws.folder, folder, { recursive: true });
  const next = new World({ ...options, folder });
  next.handler = () => ({ PhysicalResourceId: 'A' });
  return next;
}

/** Runs until `isReached`, and opens the folder as it is then. */
async function killed(aws: World, work: () => Promise<unknown>, isReached: () => boolean): Promise<World> {
  const operation = work();
  await until(isReached);
  const next = reopened(aws);
  await operation;
  return next;
}

/** The handler keeps silent until the copy is made: then the first process may end. */
function pausing(
  aws: World,
  isPaused: (version: unknown, type: string) => boolean,
): { readonly open: () => void; readonly paused: () => boolean } {
  const late = gate();
  let paused = false;
  aws.handler = async ({ RequestType, ResourceProperties }) => {
    if (isPaused(ResourceProperties.Version, RequestType)) {
      paused = true;
      await late.opened;
    }
    return { PhysicalResourceId: 'A' };
  };
  return { open: late.open, paused: () => paused };
}

const deploy = (aws: World, version: string, more: object = {}) => {
  return aws.cloudFormation.deploy({ stackName: 'S', template: triad(version), ...more });
};

async function stopped(
  version: string,
  isPaused: (version: unknown, type: string) => boolean,
  more: object = {},
): Promise<World> {
  const aws = new World();
  aws.handler = () => ({ PhysicalResourceId: 'A' });
  if (version !== '1') await deploy(aws, '1');
  const pause = pausing(aws, isPaused);
  const operation = deploy(aws, version, more);
  await until(pause.paused);
  const next = reopened(aws);
  pause.open();
  await operation;
  return next;
}

describe('recover', () => {
  it('does nothing when no operation was running', async () => {
    const aws = new World();
    await deploy(aws, '1');
    const next = reopened(aws);
    expect(await next.cloudFormation.recover()).toEqual([]);
    expect(next.cloudFormation.describeStack('S')?.status).toBe('CREATE_COMPLETE');
    expect(next.cloudFormation.describeEvents('S')).toEqual([...aws.events].reverse());
    expect((await deploy(next, '1')).unchanged).toBe(true);
  });

  it('rolls a create back, and deletes what was in flight with a made-up id', async () => {
    const next = await stopped('1', (_, type) => type === 'Create');
    const [result] = await next.cloudFormation.recover();
    expect(result).toMatchObject({ stack: 'S', status: 'ROLLBACK_COMPLETE', reason: STOPPED });
    expect(next.takeLog()).toEqual([
      'X CREATE_FAILED(S-X-random) "Resource creation cancelled"',
      `S ROLLBACK_IN_PROGRESS "${STOPPED}"`,
      'X DELETE_IN_PROGRESS(S-X-random)',
      '[Delete X S-X-random 1]',
      'X DELETE_COMPLETE(S-X-random)',
      'R DELETE_IN_PROGRESS(R-1)',
      '{delete R R-1 1}',
      'R DELETE_COMPLETE(R-1)',
      'S ROLLBACK_COMPLETE',
    ]);
  });

  it('rolls an update back', async () => {
    const next = await stopped('2', (version) => version === '2');
    await next.cloudFormation.recover();
    expect(next.takeLog()).toEqual([
      'X UPDATE_FAILED(A) "Resource update cancelled"',
      `S UPDATE_ROLLBACK_IN_PROGRESS "${STOPPED}"`,
      'R UPDATE_IN_PROGRESS(R-1)',
      '{update R R-1 1/2}',
      'R UPDATE_COMPLETE(R-1)',
      'X UPDATE_IN_PROGRESS(A)',
      '[Update X A 1/2]',
      'X UPDATE_COMPLETE(A)',
      'S UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'S UPDATE_ROLLBACK_COMPLETE',
    ]);
    expect((await deploy(next, '1')).unchanged).toBe(true);
  });

  it('leaves an operation without rollback failed', async () => {
    const create = await stopped('1', (_, type) => type === 'Create', { disableRollback: true });
    expect(await create.cloudFormation.recover()).toMatchObject([{ status: 'CREATE_FAILED', reason: STOPPED }]);
    const update = await stopped('2', (version) => version === '2', { disableRollback: true });
    expect(await update.cloudFormation.recover()).toMatchObject([{ status: 'UPDATE_FAILED', reason: STOPPED }]);
    expect((await update.cloudFormation.rollbackStack('S')).status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  it('continues a rollback without repeating what was rolled back already', async () => {
    const aws = new World();
    aws.handler = () => ({ PhysicalResourceId: 'A' });
    await deploy(aws, '1');
    const pause = pausing(aws, (version, type) => version === '1' && type === 'Update');
    const operation = deploy(aws, '2', { fail: [{ logicalId: 'T' }] });
    await until(pause.paused);
    const next = reopened(aws);
    pause.open();
    await operation;
    await next.cloudFormation.recover();
    expect(next.takeLog()).toEqual([
      'X UPDATE_FAILED(A) "Resource update cancelled"',
      'X UPDATE_IN_PROGRESS(A)',
      '[Update X A 1/2]',
      'X UPDATE_COMPLETE(A)',
      'T UPDATE_IN_PROGRESS(T-1)',
      '{update T T-1 1/2}',
      'T UPDATE_COMPLETE(T-1)',
      'S UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'S UPDATE_ROLLBACK_COMPLETE',
    ]);
  });

  it('finishes a cleanup, because it cannot be rolled back once it has begun', async () => {
    const aws = new World();
    aws.handler = ({ ResourceProperties }) => ({ PhysicalResourceId: `v${ResourceProperties.Version}` });
    await deploy(aws, '1');
    let isDeleting = false;
    const late = gate();
    aws.handler = async ({ RequestType, PhysicalResourceId }) => {
      if (RequestType !== 'Delete') return { PhysicalResourceId: 'v2' };
      isDeleting = true;
      await late.opened;
      return { PhysicalResourceId };
    };
    const next = await killed(
      aws,
      async () => {
        const deployment = deploy(aws, '2');
        await until(() => isDeleting);
        setTimeout(late.open, 20);
        await deployment;
      },
      () => isDeleting,
    );
    expect(await next.cloudFormation.recover()).toMatchObject([{ status: 'UPDATE_COMPLETE' }]);
    expect(next.takeLog()).toEqual([
      'X DELETE_IN_PROGRESS(v1)',
      '[Delete X v1 1]',
      'X DELETE_COMPLETE(v1)',
      'S UPDATE_COMPLETE',
    ]);
  });

  it('finishes a delete', async () => {
    const aws = new World();
    await deploy(aws, '1');
    const pause = pausing(aws, (_, type) => type === 'Delete');
    const operation = aws.cloudFormation.deleteStack('S');
    await until(pause.paused);
    const next = reopened(aws);
    pause.open();
    await operation;
    expect(await next.cloudFormation.recover()).toMatchObject([{ status: 'DELETE_COMPLETE' }]);
    expect(next.takeLog().slice(0, 2)).toEqual(['X DELETE_IN_PROGRESS(X-id)', '[Delete X X-id 1]']);
    expect(next.cloudFormation.listStacks()).toEqual([]);
  });

  it('rolls nested stacks back with their parent', async () => {
    const url = 'https://bucket.s3.amazonaws.com/child.json';
    const child = (Version: string): unknown => ({
      Resources: { X: { Type: 'Custom::Thing', Properties: { ServiceToken: 'arn:handler', Version } } },
    });
    const template = { Resources: { Child: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: url } } } };
    const aws = new World();
    aws.handler = () => ({ PhysicalResourceId: 'A' });
    aws.templates.set(url, child('1'));
    await aws.cloudFormation.deploy({ stackName: 'S', template });
    aws.templates.set(url, child('2'));
    const pause = pausing(aws, (version) => version === '2');
    const operation = aws.cloudFormation.deploy({ stackName: 'S', template });
    await until(pause.paused);
    const next = reopened(aws);
    pause.open();
    await operation;
    expect(await next.cloudFormation.recover()).toMatchObject([{ stack: 'S', status: 'UPDATE_ROLLBACK_COMPLETE' }]);
    expect(next.takeLog().filter((line) => line.startsWith('['))).toEqual(['[Update X A 1/2]']);
    expect(next.cloudFormation.listStacks().map(({ status }) => status)).toEqual([
      'UPDATE_ROLLBACK_COMPLETE',
      'UPDATE_ROLLBACK_COMPLETE',
    ]);
  });

  it('must come before any operation on the stack', async () => {
    const next = await stopped('2', (version) => version === '2');
    await expect(deploy(next, '3')).rejects.toThrow(/is in UPDATE_IN_PROGRESS state and can not be updated/);
    await expect(next.cloudFormation.deleteStack('S')).rejects.toThrow(
      /cannot be deleted while in status UPDATE_IN_PROGRESS/,
    );
  });
});
