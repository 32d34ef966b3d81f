import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../src/cloudformation/resource-type';
import { gate, type Handler, until, World, type WorldOptions } from './world';

/** Nested stacks (aws-facts CFN-17). The parent is S; `Child` has a custom resource X; P depends on the child. */

const CHILD = 'https://bucket.s3.amazonaws.com/child.json';

const childTemplate = (more: object = {}): unknown => ({
  Parameters: { Version: { Type: 'String' } },
  Resources: {
    X: { Type: 'Custom::Thing', Properties: { ServiceToken: 'arn:handler', Version: { Ref: 'Version' } } },
    ...more,
  },
  Outputs: { Id: { Value: { Ref: 'X' } } },
});

interface Shape {
  readonly version?: string;
  readonly parent?: string;
  readonly without?: boolean;
}

function parentTemplate({ version = '1', parent = version, without = false }: Shape): {
  readonly Resources: { readonly [id: string]: Json };
} {
  const Child = {
    Type: 'AWS::CloudFormation::Stack',
    Properties: { TemplateURL: CHILD, Parameters: { Version: version } },
  };
  const Id = { 'Fn::GetAtt': ['Child', 'Outputs.Id'] };
  return {
    Resources: {
      Base: { Type: 'Test::Table' },
      ...(without ? {} : { Child, P: { Type: 'Test::Table', Properties: { Version: parent, Id } } }),
    },
  };
}

const replacing: Handler = ({ RequestType, PhysicalResourceId, ResourceProperties }) => ({
  PhysicalResourceId: RequestType === 'Delete' ? PhysicalResourceId : `v${ResourceProperties.Version}`,
});

const deploy = (aws: World, shape: Shape, more: object = {}) => {
  return aws.cloudFormation.deploy({ stackName: 'S', template: parentTemplate(shape), ...more });
};

async function deployed(options: WorldOptions = {}): Promise<World> {
  const aws = new World(options);
  aws.templates.set(CHILD, childTemplate());
  aws.handler = replacing;
  await deploy(aws, {});
  aws.takeLog();
  return aws;
}

const withoutBase = (log: readonly string[]): readonly string[] =>
  log.filter((line) => !/^(Base |\{\w+ Base)/.test(line));

const childOf = (aws: World) => aws.cloudFormation.listStacks().find(({ parentId }) => parentId !== undefined);

describe('the create of a nested stack', () => {
  it('creates the child within its parent, and gives its outputs to GetAtt', async () => {
    const aws = new World();
    aws.templates.set(CHILD, childTemplate());
    aws.handler = replacing;
    const seen: unknown[] = [];
    aws.behaviours.set('P', ({ request }) => void seen.push(request.properties.Id) as undefined);
    const result = await deploy(aws, {});
    expect(result.events).toEqual(aws.events);
    expect(seen).toEqual(['v1']);
    expect(withoutBase(aws.takeLog())).toEqual([
      'S CREATE_IN_PROGRESS',
      'Child CREATE_IN_PROGRESS',
      'Child CREATE_IN_PROGRESS(arn) "Resource creation Initiated"',
      'child CREATE_IN_PROGRESS',
      'X CREATE_IN_PROGRESS',
      '[Create X 1]',
      'X CREATE_IN_PROGRESS(v1) "Resource creation Initiated"',
      'X CREATE_COMPLETE(v1)',
      'child CREATE_COMPLETE',
      'Child CREATE_COMPLETE(arn)',
      'P CREATE_IN_PROGRESS',
      '{create P 1}',
      'P CREATE_IN_PROGRESS(P-1) "Resource creation Initiated"',
      'P CREATE_COMPLETE(P-1)',
      'S CREATE_COMPLETE',
    ]);
    const child = childOf(aws);
    expect(child).toMatchObject({ status: 'CREATE_COMPLETE', parentId: aws.cloudFormation.describeStack('S')?.id });
    expect(child?.name).toMatch(/^S-Child-[A-Z0-9]{12}$/);
    expect(aws.cloudFormation.describeEvents(child?.name ?? '')[0]).toMatchObject({ status: 'CREATE_COMPLETE' });
  });

  it('deletes a child that failed with its parent', async () => {
    const aws = new World();
    aws.templates.set(CHILD, childTemplate());
    aws.handler = ({ RequestType }) =>
      RequestType === 'Create' ? { Status: 'FAILED', Reason: 'no', PhysicalResourceId: 'F' } : {};
    const result = await deploy(aws, {});
    expect(result.status).toBe('ROLLBACK_COMPLETE');
    const child = aws.events.find(
      ({ logicalId, physicalId }) => logicalId === 'Child' && physicalId !== '',
    )?.physicalId;
    expect(withoutBase(aws.takeLog()).slice(6)).toEqual([
      expect.stringMatching(/^X CREATE_FAILED\(F\)/),
      'child CREATE_FAILED "The following resource(s) failed to create: [X]."',
      `Child CREATE_FAILED(arn) "Embedded stack ${child} was not successfully created: The following resource(s) failed to create: [X]."`,
      'S ROLLBACK_IN_PROGRESS "The following resource(s) failed to create: [Child]."',
      'Child DELETE_IN_PROGRESS(arn)',
      'child DELETE_IN_PROGRESS',
      'X DELETE_IN_PROGRESS(F)',
      '[Delete X F 1]',
      'X DELETE_COMPLETE(F)',
      'child DELETE_COMPLETE',
      'Child DELETE_COMPLETE(arn)',
      'S ROLLBACK_COMPLETE',
    ]);
  });

  it.each<[string, unknown, string]>([
    ['does not exist', undefined, 'does not exist'],
    ['is wrong', { Resources: {} }, 'At least one Resources member must be defined.'],
    [
      'has other parameters',
      { Resources: { A: { Type: 'Test::Table' } } },
      'Parameters: [Version] do not exist in the template.',
    ],
  ])('fails when its template %s', async (_, template, expected) => {
    const aws = new World();
    if (template !== undefined) aws.templates.set(CHILD, template);
    await deploy(aws, {});
    const failure = aws.events.find(({ status }) => status === 'CREATE_FAILED');
    expect(failure?.logicalId).toBe('Child');
    expect(failure?.reason).toContain(expected);
    expect(aws.cloudFormation.describeStack('S')?.status).toBe('ROLLBACK_COMPLETE');
  });
});

describe('the update of a nested stack', () => {
  it('cleans the child up only when its parent is done', async () => {
    const aws = await deployed();
    await deploy(aws, { version: '2' });
    expect(aws.takeLog()).toEqual([
      'S UPDATE_IN_PROGRESS',
      'Child UPDATE_IN_PROGRESS(arn)',
      'child UPDATE_IN_PROGRESS',
      'X UPDATE_IN_PROGRESS(v1)',
      '[Update X v1 2/1]',
      'X UPDATE_COMPLETE(v2)',
      'child UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'Child UPDATE_COMPLETE(arn)',
      'P UPDATE_IN_PROGRESS(P-1)',
      '{update P P-1 2/1}',
      'P UPDATE_COMPLETE(P-1)',
      'S UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'X DELETE_IN_PROGRESS(v1)',
      '[Delete X v1 1]',
      'X DELETE_COMPLETE(v1)',
      'child UPDATE_COMPLETE',
      'S UPDATE_COMPLETE',
    ]);
  });

  it('touches nothing in a child that did not change', async () => {
    const aws = await deployed();
    await deploy(aws, { version: '1', parent: '2' });
    expect(aws.takeLog().slice(0, 3)).toEqual([
      'S UPDATE_IN_PROGRESS',
      'Child UPDATE_IN_PROGRESS(arn)',
      'Child UPDATE_COMPLETE(arn)',
    ]);
    expect((await deploy(aws, { version: '1', parent: '2' })).unchanged).toBe(true);
  });

  it('finds a change that is only in the nested template', async () => {
    const aws = await deployed();
    aws.templates.set(CHILD, childTemplate({ More: { Type: 'Test::Table' } }));
    expect((await deploy(aws, {})).unchanged).toBe(false);
    expect(aws.takeLog()).toContain('More CREATE_COMPLETE(More-1)');
  });

  it('deletes a removed child in cleanup', async () => {
    const aws = await deployed();
    await deploy(aws, { without: true });
    const log = aws.takeLog();
    expect(log.slice(log.indexOf('Child DELETE_IN_PROGRESS(arn)'))).toEqual([
      'Child DELETE_IN_PROGRESS(arn)',
      'child DELETE_IN_PROGRESS',
      'X DELETE_IN_PROGRESS(v1)',
      '[Delete X v1 1]',
      'X DELETE_COMPLETE(v1)',
      'child DELETE_COMPLETE',
      'Child DELETE_COMPLETE(arn)',
      'S UPDATE_COMPLETE',
    ]);
  });
});

describe('the rollback of a nested stack', () => {
  const backwards = [
    'X UPDATE_IN_PROGRESS(v2)',
    '[Update X v2 1/2]',
    'X UPDATE_COMPLETE(v1)',
    'child UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
    'Child UPDATE_COMPLETE(arn)',
    'P UPDATE_IN_PROGRESS(P-1)',
    '{update P P-1 1/2}',
    'P UPDATE_COMPLETE(P-1)',
    'S UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
    'X DELETE_IN_PROGRESS(v2)',
    '[Delete X v2 2]',
    'X DELETE_COMPLETE(v2)',
    'child UPDATE_ROLLBACK_COMPLETE',
    'S UPDATE_ROLLBACK_COMPLETE',
  ];

  it('rolls a good child back with its parent', async () => {
    const aws = await deployed();
    await deploy(aws, { version: '2' }, { fail: [{ logicalId: 'P' }] });
    expect(aws.takeLog().slice(8)).toEqual([
      'P UPDATE_IN_PROGRESS(P-1)',
      'P UPDATE_FAILED(P-1) "Resource handler returned message: "failed on purpose""',
      'S UPDATE_ROLLBACK_IN_PROGRESS "The following resource(s) failed to update: [P]."',
      'Child UPDATE_IN_PROGRESS(arn)',
      'child UPDATE_ROLLBACK_IN_PROGRESS "The following resource(s) failed to update: [P]."',
      ...backwards,
    ]);
    expect(childOf(aws)).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE', outputs: [{ key: 'Id', value: 'v1' }] });
  });

  it('rolls the parent back when a child fails', async () => {
    const aws = await deployed();
    aws.handler = (request) => {
      const isForward = request.OldResourceProperties?.Version === '1';
      return isForward ? { Status: 'FAILED', Reason: 'no' } : { PhysicalResourceId: request.PhysicalResourceId };
    };
    const id = childOf(aws)?.id;
    await deploy(aws, { version: '2' });
    expect(aws.takeLog().slice(4)).toEqual([
      '[Update X v1 2/1]',
      expect.stringMatching(/^X UPDATE_FAILED\(v1\) /),
      'child UPDATE_ROLLBACK_IN_PROGRESS "The following resource(s) failed to update: [X]."',
      `Child UPDATE_FAILED(arn) "Embedded stack ${id} was not successfully updated. Currently in UPDATE_ROLLBACK_IN_PROGRESS with reason: The following resource(s) failed to update: [X]."`,
      'S UPDATE_ROLLBACK_IN_PROGRESS "The following resource(s) failed to update: [Child]."',
      'Child UPDATE_IN_PROGRESS(arn)',
      'X UPDATE_IN_PROGRESS(v1)',
      '[Update X v1 1/2]',
      'X UPDATE_COMPLETE(v1)',
      'child UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'Child UPDATE_COMPLETE(arn)',
      'S UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'child UPDATE_ROLLBACK_COMPLETE',
      'S UPDATE_ROLLBACK_COMPLETE',
    ]);
  });

  it('deletes a child that the failed update added', async () => {
    const aws = new World();
    aws.templates.set(CHILD, childTemplate());
    await deploy(aws, { without: true });
    const result = await deploy(aws, {}, { fail: [{ logicalId: 'P' }] });
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(childOf(aws)).toBeUndefined();
    expect(aws.requests.map(({ RequestType }) => RequestType)).toEqual(['Create', 'Delete']);
  });

  const stuck = async (): Promise<World> => {
    const aws = await deployed();
    aws.handler = (request) =>
      request.OldResourceProperties?.Version === '2' ? { Status: 'FAILED', Reason: 'no' } : {};
    const result = await deploy(aws, { version: '2' }, { fail: [{ logicalId: 'P' }] });
    expect(result.status).toBe('UPDATE_ROLLBACK_FAILED');
    expect(childOf(aws)?.status).toBe('UPDATE_ROLLBACK_FAILED');
    aws.takeLog();
    return aws;
  };

  it('is continued from the root', async () => {
    const aws = await stuck();
    await expect(aws.cloudFormation.continueUpdateRollback(childOf(aws)?.name ?? '')).rejects.toThrow(
      /works on its root stack only/,
    );
    aws.handler = replacing;
    expect((await aws.cloudFormation.continueUpdateRollback('S')).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(childOf(aws)?.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(aws.takeLog()).toContain('[Update X v1 1/2]');
  });

  it('skips a resource of the child, by the name of the nested stack', async () => {
    const aws = await stuck();
    await expect(aws.cloudFormation.continueUpdateRollback('S', ['Child'])).rejects.toThrow(
      /Resources to skip \[Child\]/,
    );
    await expect(aws.cloudFormation.continueUpdateRollback('S', ['Other.X'])).rejects.toThrow(
      /no nested stack 'Other'/,
    );
    const result = await aws.cloudFormation.continueUpdateRollback('S', [`${childOf(aws)?.name}.X`]);
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(aws.takeLog().filter((line) => line.startsWith('['))).toEqual([]);
  });
});

describe('a nested stack', () => {
  it('has resources that can be made to fail', async () => {
    const aws = await deployed();
    const result = await deploy(aws, {}, { fail: [{ logicalId: 'Child.X' }] });
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(aws.events.find(({ status }) => status === 'UPDATE_FAILED')).toMatchObject({
      logicalId: 'X',
      reason: 'Resource handler returned message: "failed on purpose"',
    });
    await deploy(aws, {}, { fail: [{ logicalId: 'Child.Y' }] });
    expect(aws.events.filter(({ status }) => status === 'UPDATE_FAILED').at(-1)?.reason).toContain("no resource 'Y'");
  });

  it('is cancelled with its parent', async () => {
    const aws = await deployed();
    const late = gate();
    aws.handler = async (request) => {
      if (request.ResourceProperties.Version === '2') await late.opened;
      return { PhysicalResourceId: request.PhysicalResourceId };
    };
    const deployment = deploy(aws, { version: '2' });
    await until(() => aws.requests.length === 2);
    await aws.cloudFormation.cancelUpdate('S');
    expect((await deployment).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    late.open();
    expect(aws.takeLog().slice(5, 8)).toEqual([
      'Child UPDATE_FAILED(arn) "Resource update cancelled"',
      'X UPDATE_FAILED(v1) "Resource update cancelled"',
      'child UPDATE_ROLLBACK_IN_PROGRESS "Resource operation cancelled"',
    ]);
    expect(childOf(aws)?.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  it('is kept as it is when it fails without rollback, and rolled back with the root', async () => {
    const aws = await deployed();
    aws.handler = (request) => {
      const isForward = request.OldResourceProperties?.Version === '1';
      return isForward ? { Status: 'FAILED', Reason: 'no' } : { PhysicalResourceId: request.PhysicalResourceId };
    };
    expect((await deploy(aws, { version: '2' }, { disableRollback: true })).status).toBe('UPDATE_FAILED');
    expect(childOf(aws)?.status).toBe('UPDATE_FAILED');
    expect((await aws.cloudFormation.rollbackStack('S')).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(childOf(aws)?.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  it('is deleted with its parent, which fails when it cannot be', async () => {
    const aws = await deployed();
    aws.handler = () => ({ Status: 'FAILED', Reason: 'no' });
    const failed = await aws.cloudFormation.deleteStack('S');
    expect(failed).toMatchObject({
      status: 'DELETE_FAILED',
      reason: 'The following resource(s) failed to delete: [Child].',
    });
    aws.handler = replacing;
    expect((await aws.cloudFormation.deleteStack('S')).status).toBe('DELETE_COMPLETE');
    expect(aws.cloudFormation.listStacks()).toEqual([]);
  });
});
