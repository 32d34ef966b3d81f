import { describe, expect, it } from '@jest/globals';
import type { FailureInjection } from '../../src/api';
import { triad, World } from './world';

const PURPOSE = 'Resource handler returned message: "failed on purpose"';

const deploy = (aws: World, version: string, fail: readonly FailureInjection[] = [], stackName = 'S') => {
  return aws.cloudFormation.deploy({ stackName, template: triad(version), fail });
};

const failures = (aws: World): readonly string[] => {
  return aws.events
    .filter(({ status }) => status.endsWith('E_FAILED'))
    .map((event) => `${event.logicalId} ${event.status} ${event.reason}`);
};

describe('a failure on purpose', () => {
  it('comes after the dependencies are done', async () => {
    const aws = new World();
    await deploy(aws, '1', [{ logicalId: 'X' }]);
    expect(failures(aws)).toEqual([`X CREATE_FAILED ${PURPOSE}`]);
    expect(aws.takeLog()).toContain('R CREATE_COMPLETE(R-1)');
  });

  it('fails a custom resource without a request; its Delete has a made-up id', async () => {
    const aws = new World();
    await deploy(aws, '1', [{ logicalId: 'X' }]);
    expect(aws.requests.map(({ RequestType }) => RequestType)).toEqual(['Delete']);
    expect(aws.requests[0]?.PhysicalResourceId).toMatch(/^S-X-[A-Z0-9]{12}$/);
  });

  it('fails an update, and sends that resource its rollback too', async () => {
    const aws = new World();
    await deploy(aws, '1');
    await deploy(aws, '2', [{ logicalId: 'X', on: 'update' }]);
    expect(failures(aws)).toEqual([`X UPDATE_FAILED ${PURPOSE}`]);
    expect(aws.takeLog().filter((line) => line.startsWith('['))).toEqual(['[Create X 1]', '[Update X X-id 1/2]']);
  });

  it('fails a resource that would not have been touched', async () => {
    const aws = new World();
    await deploy(aws, '1');
    const result = await deploy(aws, '1', [{ logicalId: 'T' }]);
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(failures(aws)).toEqual([`T UPDATE_FAILED ${PURPOSE}`]);
  });

  it('applies to one deployment only', async () => {
    const aws = new World();
    await deploy(aws, '1', [{ logicalId: 'T' }]);
    await aws.cloudFormation.deleteStack('S');
    expect((await deploy(aws, '1')).status).toBe('CREATE_COMPLETE');
  });

  it('waits for the right action, and a warning says when that does not come', async () => {
    const aws = new World();
    expect((await deploy(aws, '1', [{ logicalId: 'T', on: 'update' }])).status).toBe('CREATE_COMPLETE');
    expect(aws.warnings).toEqual(["'T' was not made to fail: this deployment did not update it."]);
    expect((await deploy(aws, '1', [{ logicalId: 'T', on: 'create' }])).unchanged).toBe(true);
    expect((await deploy(aws, '2', [{ logicalId: 'T', on: 'create' }])).status).toBe('UPDATE_COMPLETE');
    expect(aws.warnings).toHaveLength(2);
  });

  it.each([
    ['Tt', "Cannot make 'Tt' fail: the template has no resource 'Tt'. Did you mean T, R, X?"],
    ['Database', "Cannot make 'Database' fail: the template has no resource 'Database'. Allowed: R, X, T."],
  ])('is refused for %s', async (logicalId, message) => {
    const aws = new World();
    await expect(deploy(aws, '1', [{ logicalId }])).rejects.toThrow(message);
    expect(aws.events).toEqual([]);
  });

  it('is refused with names that contain the given one', async () => {
    const aws = new World();
    const template = { Resources: { OrdersTableA1B2C3: { Type: 'Test::Table' }, Other: { Type: 'Test::Table' } } };
    const request = { stackName: 'S', template, fail: [{ logicalId: 'OrdersTable' }] };
    await expect(aws.cloudFormation.deploy(request)).rejects.toThrow('Did you mean OrdersTableA1B2C3?');
  });
});
