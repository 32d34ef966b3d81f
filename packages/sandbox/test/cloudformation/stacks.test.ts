import { describe, expect, it } from '@jest/globals';
import { gate, triad, until, World } from './world';

/** What holds for any stack: change detection, refusals, descriptions, status changes. */

const deploy = (aws: World, version: string, more: object = {}) => {
  return aws.cloudFormation.deploy({ stackName: 'S', template: triad(version), ...more });
};

describe('change detection', () => {
  it('does nothing, without an event, when nothing changed', async () => {
    const aws = new World();
    await deploy(aws, '1');
    aws.takeLog();
    const result = await deploy(aws, '1');
    expect(result).toMatchObject({ unchanged: true, status: 'CREATE_COMPLETE', events: [] });
    expect(aws.takeLog()).toEqual([]);
  });

  it('ignores what is not a property', async () => {
    const aws = new World();
    const template = (attributes: object): unknown => ({ Resources: { A: { Type: 'Test::Table', ...attributes } } });
    await aws.cloudFormation.deploy({ stackName: 'S', template: template({}) });
    const changed = template({ Metadata: { a: 1 }, DeletionPolicy: 'Retain', UpdatePolicy: {} });
    expect((await aws.cloudFormation.deploy({ stackName: 'S', template: changed })).unchanged).toBe(true);
  });

  it('compares properties after the references in them are known', async () => {
    const aws = new World();
    const template = (Name: string, Version: string): unknown => ({
      Resources: {
        A: { Type: 'Test::Table', Properties: { Name, Version } },
        ById: { Type: 'Test::Table', Properties: { Id: { Ref: 'A' } } },
        ByVersion: { Type: 'Test::Table', Properties: { V: { 'Fn::GetAtt': ['A', 'Version'] } } },
      },
    });
    const updated = async (Name: string, Version: string): Promise<readonly string[]> => {
      aws.takeLog();
      await aws.cloudFormation.deploy({ stackName: 'S', template: template(Name, Version) });
      return aws
        .takeLog()
        .filter((line) => line.startsWith('{update'))
        .map((line) => line.split(' ')[1] ?? '');
    };
    await updated('one', '1');
    expect(await updated('one', '2')).toEqual(['A', 'ByVersion']);
    expect(await updated('two', '2')).toEqual(['A', 'ById']);
  });

  it('follows a parameter whose SSM value changed', async () => {
    const aws = new World();
    aws.references.set('ssm:/name', 'one');
    const template = {
      Parameters: { P: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/name' } },
      Resources: { A: { Type: 'Test::Table', Properties: { Version: { Ref: 'P' } } } },
    };
    await aws.cloudFormation.deploy({ stackName: 'S', template });
    aws.references.set('ssm:/name', 'two');
    await aws.cloudFormation.deploy({ stackName: 'S', template });
    expect(aws.takeLog()).toContain('{update A A-1 two/one}');
  });

  it('adds and removes resources whose condition changes', async () => {
    const aws = new World();
    const template = {
      Parameters: { On: { Type: 'String', Default: 'no' } },
      Conditions: { IsOn: { 'Fn::Equals': [{ Ref: 'On' }, 'yes'] } },
      Resources: { A: { Type: 'Test::Table' }, B: { Type: 'Test::Table', Condition: 'IsOn' } },
    };
    const deployWith = (On: string) => aws.cloudFormation.deploy({ stackName: 'S', template, parameters: { On } });
    const ids = (): readonly string[] => aws.cloudFormation.resources('S').map(({ logicalId }) => logicalId);
    await deployWith('no');
    expect(ids()).toEqual(['A']);
    await deployWith('yes');
    expect(ids()).toEqual(['A', 'B']);
    await deployWith('no');
    expect(ids()).toEqual(['A']);
  });
});

describe('a create', () => {
  it('creates independent resources at the same time', async () => {
    const aws = new World();
    const both = gate();
    let running = 0;
    const meet = () => {
      if (++running === 2) both.open();
      return both.opened.then(() => undefined);
    };
    aws.behaviours.set('A', meet);
    aws.behaviours.set('B', meet);
    const template = { Resources: { A: { Type: 'Test::Table' }, B: { Type: 'Test::Table' } } };
    expect((await aws.cloudFormation.deploy({ stackName: 'S', template })).status).toBe('CREATE_COMPLETE');
  });
});

describe('an operation', () => {
  it('must not change the type of a resource', async () => {
    const aws = new World();
    await deploy(aws, '1');
    const { Resources } = triad('2');
    const template = { Resources: { ...Resources, X: { ...(Resources.X as object), Type: 'Custom::Other' } } };
    await expect(aws.cloudFormation.deploy({ stackName: 'S', template })).rejects.toThrow(
      'Update of resource type is not permitted. The new template modifies resource type of the following resources: [X]',
    );
  });

  it('must not update a stack whose create was rolled back, until it is deleted', async () => {
    const aws = new World();
    await deploy(aws, '1', { fail: [{ logicalId: 'T' }] });
    await expect(deploy(aws, '2')).rejects.toThrow(
      /^Stack:arn:.* is in ROLLBACK_COMPLETE state and can not be updated\.$/,
    );
    await aws.cloudFormation.deleteStack('S');
    expect((await deploy(aws, '2')).status).toBe('CREATE_COMPLETE');
  });

  it('must not start while another one runs on the same stack', async () => {
    const aws = new World();
    const late = gate();
    aws.behaviours.set('R', () => late.opened.then(() => undefined));
    const first = deploy(aws, '1');
    await until(() => aws.events.length > 1);
    await expect(deploy(aws, '2')).rejects.toThrow('is in CREATE_IN_PROGRESS state and can not be updated');
    await expect(aws.cloudFormation.deleteStack('S')).rejects.toThrow(
      'cannot be deleted while in status CREATE_IN_PROGRESS',
    );
    late.open();
    await first;
    const both = await Promise.allSettled([deploy(aws, '2'), deploy(aws, '3')]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(String((both[1] as PromiseRejectedResult).reason)).toContain('has an operation in progress');
  });

  it('must not retain what a stack does not have', async () => {
    const aws = new World();
    await deploy(aws, '1');
    aws.handler = () => ({ Status: 'FAILED', Reason: 'no' });
    await aws.cloudFormation.deleteStack('S');
    await expect(aws.cloudFormation.deleteStack('S', { retainResources: ['Y'] })).rejects.toThrow(
      'RetainResources names [Y]. Resources of the stack: R, X.',
    );
    await expect(deploy(aws, '2')).rejects.toThrow('is in DELETE_FAILED state and can not be updated');
  });

  it('is refused when the stack does not exist', async () => {
    const aws = new World();
    expect(aws.cloudFormation.describeStack('S')).toBeUndefined();
    expect(() => aws.cloudFormation.resources('S')).toThrow('Stack with id S does not exist');
    expect(() => aws.cloudFormation.describeEvents('S')).toThrow('Stack with id S does not exist');
    expect(await aws.cloudFormation.deleteStack('S')).toMatchObject({ status: 'DELETE_COMPLETE', unchanged: true });
  });
});

describe('a failed create rollback', () => {
  it('ends in ROLLBACK_FAILED, with what could not be deleted, until the stack is deleted', async () => {
    const aws = new World();
    aws.behaviours.set('R', ({ action }) => (action === 'delete' ? Promise.reject(new Error('in use')) : undefined));
    const result = await deploy(aws, '1', { fail: [{ logicalId: 'T' }] });
    expect(result).toMatchObject({
      status: 'ROLLBACK_FAILED',
      reason: 'The following resource(s) failed to delete: [R].',
    });
    expect(aws.cloudFormation.resources('S')).toMatchObject([
      { logicalId: 'R', status: 'DELETE_FAILED', reason: 'Resource handler returned message: "in use"' },
    ]);
    await expect(deploy(aws, '2')).rejects.toThrow('is in ROLLBACK_FAILED state and can not be updated');
    aws.behaviours.clear();
    expect((await aws.cloudFormation.deleteStack('S')).status).toBe('DELETE_COMPLETE');
  });
});

describe('a stack delete', () => {
  it('deletes independent resources although one fails', async () => {
    const aws = new World();
    const table = (DependsOn: readonly string[] = []): unknown => ({ Type: 'Test::Table', DependsOn });
    const template = { Resources: { A: table(), B: table(['A']), C: table(), D: table(['C']) } };
    await aws.cloudFormation.deploy({ stackName: 'S', template });
    aws.behaviours.set('B', () => Promise.reject(new Error('in use')));
    expect((await aws.cloudFormation.deleteStack('S')).status).toBe('DELETE_FAILED');
    const left = aws.cloudFormation.resources('S').map(({ logicalId, status }) => `${logicalId} ${status}`);
    expect(left).toEqual(['A CREATE_COMPLETE', 'B DELETE_FAILED']);
  });

  it('deletes both sides of a replacement that was never settled', async () => {
    const aws = new World();
    const template = (Name: string): unknown => ({
      Resources: {
        A: { Type: 'Test::Table', Properties: { Name } },
        B: { Type: 'Test::Table', DependsOn: 'A', Properties: { Name } },
      },
    });
    await aws.cloudFormation.deploy({ stackName: 'S', template: template('one') });
    aws.behaviours.set('B', ({ action }) => (action === 'update' ? Promise.reject(new Error('no')) : undefined));
    const failed = await aws.cloudFormation.deploy({ stackName: 'S', template: template('two') });
    expect(failed.status).toBe('UPDATE_ROLLBACK_FAILED');
    aws.behaviours.clear();
    aws.takeLog();
    expect((await aws.cloudFormation.deleteStack('S')).status).toBe('DELETE_COMPLETE');
    const deletes = aws.takeLog().filter((line) => line.startsWith('{delete'));
    expect(deletes).toEqual(['{delete B B-1}', '{delete A A-2}', '{delete A A-1}']);
  });
});

describe('descriptions', () => {
  it('show a stack by name and, when it is gone, by id', async () => {
    const aws = new World();
    await deploy(aws, '1');
    const id = aws.cloudFormation.describeStack('S')?.id ?? '';
    await aws.cloudFormation.deleteStack(id);
    expect(aws.cloudFormation.describeStack('S')).toBeUndefined();
    expect(aws.cloudFormation.describeStack(id)).toMatchObject({ name: 'S', status: 'DELETE_COMPLETE' });
    expect(aws.cloudFormation.describeEvents(id)[0]).toMatchObject({ logicalId: 'S', status: 'DELETE_COMPLETE' });
  });

  it('list resources and events, newest first', async () => {
    const aws = new World();
    await deploy(aws, '1');
    expect(aws.cloudFormation.resources('S')).toEqual([
      { logicalId: 'R', physicalId: 'R-1', type: 'Test::Function', status: 'CREATE_COMPLETE', reason: '' },
      { logicalId: 'X', physicalId: 'X-id', type: 'Custom::Thing', status: 'CREATE_COMPLETE', reason: '' },
      { logicalId: 'T', physicalId: 'T-1', type: 'Test::Table', status: 'CREATE_COMPLETE', reason: '' },
    ]);
    const events = aws.cloudFormation.describeEvents('S');
    expect(events).toEqual([...aws.events].reverse());
    expect(events[0]).toEqual({
      stack: 'S',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      logicalId: 'S',
      physicalId: aws.cloudFormation.describeStack('S')?.id,
      type: 'AWS::CloudFormation::Stack',
      status: 'CREATE_COMPLETE',
      reason: '',
    });
  });

  it('show the template that a rollback restores, while it runs', async () => {
    const aws = new World();
    await deploy(aws, '1');
    let seen: unknown;
    aws.behaviours.set('R', ({ request }) => {
      if (request.properties.Version === '1') seen = aws.cloudFormation.describeStack('S')?.template;
      return undefined;
    });
    await deploy(aws, '2', { fail: [{ logicalId: 'T' }] });
    expect(seen).toEqual(triad('1'));
  });

  it('are sent to EventBridge for each status of the stack, with the token of the operation', async () => {
    const aws = new World();
    await deploy(aws, '1', { clientRequestToken: 'token-1' });
    expect(aws.changes).toEqual(
      ['CREATE_IN_PROGRESS', 'CREATE_COMPLETE'].map((status) => ({
        stackId: aws.cloudFormation.describeStack('S')?.id,
        stackName: 'S',
        status,
        reason: status === 'CREATE_IN_PROGRESS' ? 'User Initiated' : '',
        token: 'token-1',
      })),
    );
  });
});
