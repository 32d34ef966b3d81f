import { describe, expect, it } from '@jest/globals';
import { World } from './world';

/** DeletionPolicy and UpdateReplacePolicy (aws-facts CFN-16). */

const resource = (attributes: object, Name = 'one', Type = 'Test::Table'): object => ({
  Type,
  ...attributes,
  Properties: { Name },
});
const Other = { Type: 'Test::Table' };

const deploy = (aws: World, Resources: object, fail?: string) => {
  return aws.cloudFormation.deploy({
    stackName: 'S',
    template: { Resources },
    fail: fail === undefined ? [] : [{ logicalId: fail }],
  });
};

async function deployed(A: object): Promise<World> {
  const aws = new World();
  await deploy(aws, { A, Other });
  aws.takeLog();
  return aws;
}

/** What happened to A. */
const fateOf = (aws: World): readonly string[] => aws.takeLog().filter((line) => /^(A DELETE|\{delete A)/.test(line));

const deleted = (id: string): readonly string[] => [
  `A DELETE_IN_PROGRESS(${id})`,
  `{delete A ${id}}`,
  `A DELETE_COMPLETE(${id})`,
];
const skipped = (id: string): readonly string[] => [`A DELETE_SKIPPED(${id})`];

describe('DeletionPolicy', () => {
  it.each<[string, object, readonly string[]]>([
    ['none', {}, deleted('A-1')],
    ['Delete', { DeletionPolicy: 'Delete' }, deleted('A-1')],
    ['Snapshot', { DeletionPolicy: 'Snapshot' }, deleted('A-1')],
    ['Retain', { DeletionPolicy: 'Retain' }, skipped('A-1')],
    ['RetainExceptOnCreate', { DeletionPolicy: 'RetainExceptOnCreate' }, skipped('A-1')],
  ])('of %s is obeyed when the stack is deleted and when an update removes A', async (_, attributes, expected) => {
    const aws = await deployed(resource(attributes));
    await aws.cloudFormation.deleteStack('S');
    expect(fateOf(aws)).toEqual(expected);

    const updated = await deployed(resource(attributes));
    const result = await deploy(updated, { Other });
    expect(fateOf(updated)).toEqual(expected);
    expect(result.status).toBe('UPDATE_COMPLETE');
    expect(updated.cloudFormation.resources('S').map(({ logicalId }) => logicalId)).toEqual(['Other']);
  });

  it.each<[string, readonly string[]]>([
    ['Delete', deleted('A-1')],
    ['Snapshot', deleted('A-1')],
    ['Retain', skipped('A-1')],
    ['RetainExceptOnCreate', deleted('A-1')],
  ])('of %s is obeyed when the operation that created A is rolled back', async (DeletionPolicy, expected) => {
    const created = new World();
    await deploy(created, { A: resource({ DeletionPolicy }), Z: { ...Other, DependsOn: 'A' } }, 'Z');
    expect(fateOf(created)).toEqual(expected);
    expect(created.cloudFormation.describeStack('S')?.status).toBe('ROLLBACK_COMPLETE');

    const updated = new World();
    await deploy(updated, { Other });
    updated.takeLog();
    await deploy(updated, { Other, A: resource({ DeletionPolicy }), Z: { ...Other, DependsOn: 'A' } }, 'Z');
    expect(fateOf(updated)).toEqual(expected);
    expect(updated.cloudFormation.describeStack('S')?.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  it('asks for a snapshot where the policy says so, and by default for databases', async () => {
    const asked: unknown[] = [];
    const aws = new World();
    const remember = ({ action, request }: { action: string; request: object }): undefined => {
      if (action === 'delete') asked.push('snapshot' in request && request.snapshot);
      return undefined;
    };
    for (const id of ['A', 'Cluster', 'Instance', 'Member']) aws.behaviours.set(id, remember);
    await deploy(aws, {
      A: resource({ DeletionPolicy: 'Snapshot' }),
      Cluster: { Type: 'AWS::RDS::DBCluster' },
      Instance: { Type: 'AWS::RDS::DBInstance' },
      Member: { Type: 'AWS::RDS::DBInstance', Properties: { DBClusterIdentifier: 'c' } },
    });
    await aws.cloudFormation.deleteStack('S');
    expect(asked).toEqual([true, true, true, false]);
  });

  it('does not cover replaced resources', async () => {
    const aws = await deployed(resource({ DeletionPolicy: 'Retain' }));
    await deploy(aws, { A: resource({ DeletionPolicy: 'Retain' }, 'two'), Other });
    expect(fateOf(aws)).toEqual(deleted('A-1'));
  });
});

describe('UpdateReplacePolicy', () => {
  it.each<[string, readonly string[]]>([
    ['Delete', deleted('A-1')],
    ['Snapshot', deleted('A-1')],
    ['Retain', skipped('A-1')],
  ])('of %s is obeyed when A is replaced', async (UpdateReplacePolicy, expected) => {
    const aws = await deployed(resource({ UpdateReplacePolicy }));
    await deploy(aws, { A: resource({ UpdateReplacePolicy }, 'two'), Other });
    expect(fateOf(aws)).toEqual(expected);
  });

  it('does not keep the new resource of a replacement that is rolled back', async () => {
    const aws = await deployed(resource({ UpdateReplacePolicy: 'Retain', DeletionPolicy: 'Retain' }));
    const A = resource({ UpdateReplacePolicy: 'Retain', DeletionPolicy: 'Retain' }, 'two');
    await deploy(aws, { A, Other: { ...Other, DependsOn: 'A', Properties: { Version: 2 } } }, 'Other');
    expect(fateOf(aws)).toEqual(deleted('A-2'));
  });

  it('keeps a custom resource from its cleanup Delete', async () => {
    const aws = new World();
    aws.handler = ({ ResourceProperties }) => ({ PhysicalResourceId: ResourceProperties.Name });
    const X = (Name: string): object => ({
      Type: 'Custom::Thing',
      UpdateReplacePolicy: 'Retain',
      Properties: { ServiceToken: 'arn:handler', Name },
    });
    await deploy(aws, { X: X('one') });
    await deploy(aws, { X: X('two') });
    expect(aws.requests.map(({ RequestType }) => RequestType)).toEqual(['Create', 'Update']);
    expect(aws.takeLog()).toContain('X DELETE_SKIPPED(one)');
  });
});

describe('a replaced ordinary resource', () => {
  it('is used again without a request when the update fails, and the new one is deleted', async () => {
    const aws = new World();
    const After = (Version: number): object => ({ ...Other, DependsOn: 'A', Properties: { Version } });
    await deploy(aws, { A: resource({}), Other: After(1) });
    aws.takeLog();
    await deploy(aws, { A: resource({}, 'two'), Other: After(2) }, 'Other');
    expect(aws.takeLog()).toEqual([
      'S UPDATE_IN_PROGRESS',
      'A UPDATE_IN_PROGRESS(A-1)',
      '{update A A-1}',
      'A UPDATE_COMPLETE(A-2)',
      'Other UPDATE_IN_PROGRESS(Other-1)',
      'Other UPDATE_FAILED(Other-1) "Resource handler returned message: "failed on purpose""',
      'S UPDATE_ROLLBACK_IN_PROGRESS "The following resource(s) failed to update: [Other]."',
      'A UPDATE_IN_PROGRESS(A-2)',
      'A UPDATE_COMPLETE(A-1)',
      'Other UPDATE_IN_PROGRESS(Other-1)',
      '{update Other Other-1 1/2}',
      'Other UPDATE_COMPLETE(Other-1)',
      'S UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'A DELETE_IN_PROGRESS(A-2)',
      '{delete A A-2}',
      'A DELETE_COMPLETE(A-2)',
      'S UPDATE_ROLLBACK_COMPLETE',
    ]);
  });
});
