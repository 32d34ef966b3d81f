import { describe, expect, it } from '@jest/globals';
import { World } from './world';

/** Outputs, exports and imports. */

const producer = (Name: string | undefined, value = 'one', more: object = {}): unknown => ({
  Resources: { A: { Type: 'Test::Table', Properties: { Name: value } } },
  Outputs: {
    Plain: { Value: value },
    ...(Name === undefined ? {} : { Out: { Value: { Ref: 'A' }, Export: { Name } } }),
    ...more,
  },
});

const consumer = {
  Resources: { B: { Type: 'Test::Table', Properties: { Value: { 'Fn::ImportValue': { 'Fn::Sub': 'shared' } } } } },
};

const deploy = (aws: World, stackName: string, template: unknown) => aws.cloudFormation.deploy({ stackName, template });

async function linked(): Promise<World> {
  const aws = new World();
  await deploy(aws, 'P', producer('shared'));
  await deploy(aws, 'C', consumer);
  return aws;
}

describe('outputs', () => {
  it('are strings, with descriptions and conditions', async () => {
    const aws = new World();
    const template = {
      Conditions: { No: { 'Fn::Equals': ['a', 'b'] } },
      Resources: { A: { Type: 'Test::Table' } },
      Outputs: {
        Id: { Value: { Ref: 'A' }, Description: 'the id' },
        Count: { Value: 3 },
        Hidden: { Condition: 'No', Value: 'x' },
      },
    };
    const result = await deploy(aws, 'S', template);
    expect(result.outputs).toEqual({ Id: 'A-1', Count: '3' });
    expect(aws.cloudFormation.describeStack('S')?.outputs[0]).toEqual({
      key: 'Id',
      value: 'A-1',
      description: 'the id',
    });
  });

  it('make an update even when nothing else changes', async () => {
    const aws = new World();
    await deploy(aws, 'S', producer(undefined));
    const result = await deploy(aws, 'S', producer(undefined, 'one', { More: { Value: 'm' } }));
    expect(result).toMatchObject({ unchanged: false, status: 'UPDATE_COMPLETE', outputs: { Plain: 'one', More: 'm' } });
  });

  it('are the previous ones after a rollback', async () => {
    const aws = new World();
    await deploy(aws, 'S', producer(undefined));
    const result = await aws.cloudFormation.deploy({
      stackName: 'S',
      template: producer(undefined, 'two'),
      fail: [{ logicalId: 'A' }],
    });
    expect(result.outputs).toEqual({ Plain: 'one' });
  });

  it('fail the operation when they are no strings', async () => {
    const aws = new World();
    const result = await deploy(aws, 'S', producer(undefined, 'one', { List: { Value: { 'Fn::GetAZs': '' } } }));
    expect(result).toMatchObject({ status: 'ROLLBACK_COMPLETE' });
    expect(result.reason).toContain('Outputs.List.Value must evaluate to a String');
  });
});

describe('exports', () => {
  it('are found by other stacks', async () => {
    const aws = new World();
    await deploy(aws, 'P', producer('shared'));
    let seen: unknown;
    aws.behaviours.set('B', ({ request }) => {
      seen = request.properties.Value;
      return undefined;
    });
    await deploy(aws, 'C', consumer);
    expect(seen).toBe('A-1');
    expect(aws.cloudFormation.exports()).toMatchObject([{ name: 'shared', value: 'A-1', stackName: 'P' }]);
  });

  it('must exist when they are imported', async () => {
    const aws = new World();
    await expect(deploy(aws, 'C', consumer)).rejects.toThrow('No export named shared found.');
    expect(aws.events).toEqual([]);
  });

  it('keep their stack from being deleted while they are used', async () => {
    const aws = await linked();
    await expect(aws.cloudFormation.deleteStack('P')).rejects.toThrow(
      'Export shared cannot be deleted as it is in use by C',
    );
    await aws.cloudFormation.deleteStack('C');
    expect((await aws.cloudFormation.deleteStack('P')).status).toBe('DELETE_COMPLETE');
  });

  it.each<[string, unknown, string]>([
    ['removed', producer(undefined), 'Export shared cannot be deleted as it is in use by C'],
    ['changed', producer('shared', 'two'), 'Export shared cannot be updated as it is in use by C'],
  ])('cannot be %s while they are used, so the update rolls back', async (_, template, reason) => {
    const aws = await linked();
    const result = await deploy(aws, 'P', template);
    expect(result).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE', reason });
    expect(aws.cloudFormation.exports()).toMatchObject([{ name: 'shared', value: 'A-1' }]);
  });

  it('may be deleted once no stack imports them any more', async () => {
    const aws = await linked();
    await deploy(aws, 'C', { Resources: { B: { Type: 'Test::Table' } } });
    expect((await deploy(aws, 'P', producer(undefined))).status).toBe('UPDATE_COMPLETE');
  });

  it('have one owner', async () => {
    const aws = await linked();
    const result = await deploy(aws, 'P2', producer('shared'));
    expect(result).toMatchObject({
      status: 'ROLLBACK_COMPLETE',
      reason: 'Export with name shared is already exported by stack P. Rollback requested by user.',
    });
  });
});
