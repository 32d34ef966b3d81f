import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../src/cloudformation/resource-type';
import { type CustomRequest, gate, type Handler, World, type WorldOptions } from './world';

/** Which requests a custom resource gets, and with which physical id (aws-facts CR-10 to CR-15). */

const TOKEN = 'arn:aws:lambda:eu-central-1:123456789012:function:handler';

interface Shape {
  readonly version?: string;
  /** A resource that depends on X. */
  readonly after?: string;
  /** A resource beside X. */
  readonly beside?: string;
  readonly without?: boolean;
}

function template({ version = '1', after = version, beside, without = false }: Shape): {
  readonly Resources: { readonly [id: string]: Json };
} {
  const X = { Type: 'Custom::Thing', Properties: { ServiceToken: TOKEN, Version: version } };
  return {
    Resources: {
      Base: { Type: 'Test::Table' },
      ...(without ? {} : { X, T: { Type: 'Test::Table', Properties: { Version: after, X: { Ref: 'X' } } } }),
      ...(beside === undefined ? {} : { Sibling: { Type: 'Test::Table', Properties: { Version: beside } } }),
    },
  };
}

const deploy = (aws: World, shape: Shape, fail?: string) => {
  const injections = fail === undefined ? [] : [{ logicalId: fail }];
  return aws.cloudFormation.deploy({ stackName: 'S', template: template(shape), fail: injections });
};

async function deployed(options: WorldOptions = {}, handler?: Handler): Promise<World> {
  const aws = new World(options);
  aws.handler = handler ?? (() => ({ PhysicalResourceId: 'A' }));
  await deploy(aws, {});
  aws.requests.length = 0;
  aws.takeLog();
  return aws;
}

/** The id follows the version. */
const replacing: Handler = ({ RequestType, PhysicalResourceId, ResourceProperties }) => ({
  PhysicalResourceId: RequestType === 'Delete' ? PhysicalResourceId : `v${ResourceProperties.Version}`,
});

const failing = (fields: Readonly<Record<string, unknown>>) => ({ Status: 'FAILED', Reason: 'no', ...fields });

/** `Update A 2/1`: physical id, version of the properties and of the old ones. */
function seen(aws: World): readonly string[] {
  return aws.requests.map(({ RequestType, PhysicalResourceId = '', ResourceProperties, OldResourceProperties }) => {
    const versions = [ResourceProperties.Version, OldResourceProperties?.Version].filter(
      (value) => value !== undefined,
    );
    return [RequestType, PhysicalResourceId, versions.join('/')].filter((part) => part !== '').join(' ');
  });
}

const eventsOf = (aws: World, logicalId: string) => {
  return aws.events.filter((event) => event.logicalId === logicalId).map(({ status }) => status);
};

/** Lines about these, in tests where others run at the same time. */
const about =
  (...names: readonly string[]) =>
  (line: string) =>
    names.some((name) => line.startsWith(`${name} `) || line.includes(` ${name} `));

const statusesOf = (aws: World) => eventsOf(aws, 'S');

describe('a create', () => {
  it('sends Create without physical id and old properties', async () => {
    const aws = new World();
    await deploy(aws, {});
    const [request] = aws.requests as [CustomRequest];
    expect(Object.keys(request).sort()).toEqual([
      'LogicalResourceId',
      'RequestId',
      'RequestType',
      'ResourceProperties',
      'ResourceType',
      'ResponseURL',
      'StackId',
    ]);
  });

  it('sends Delete with the physical id of a FAILED answer', async () => {
    const aws = new World();
    aws.handler = ({ RequestType }) => (RequestType === 'Create' ? failing({ PhysicalResourceId: 'F' }) : {});
    await deploy(aws, {});
    expect(seen(aws)).toEqual(['Create 1', 'Delete F 1']);
    expect(statusesOf(aws).at(-1)).toBe('ROLLBACK_COMPLETE');
  });

  it.each([[undefined], ['']])('makes up a physical id when a FAILED answer has %j', async (PhysicalResourceId) => {
    const aws = new World();
    aws.handler = ({ RequestType }) => (RequestType === 'Create' ? failing({ PhysicalResourceId }) : {});
    await deploy(aws, {});
    expect(seen(aws)).toEqual(['Create 1', expect.stringMatching(/^Delete S-X-[A-Z0-9]{12} 1$/)]);
    const failure = aws.events.find(({ status }) => status === 'CREATE_FAILED');
    expect(failure).toMatchObject({ logicalId: 'X', reason: 'Invalid PhysicalResourceId' });
    expect(failure?.physicalId).toBe(aws.requests[1]?.PhysicalResourceId);
  });

  it('sends Delete with a made-up id while the Create of a cancelled X still runs', async () => {
    const aws = new World();
    const late = gate();
    aws.handler = async ({ RequestType }) => {
      if (RequestType === 'Delete') return {};
      await late.opened;
      aws.note('late answer');
      return { PhysicalResourceId: 'A' };
    };
    aws.behaviours.set('Sibling', ({ action }) => (action === 'create' ? Promise.reject(new Error('no')) : undefined));
    const result = await deploy(aws, { beside: '1' });
    expect(result.reason).toBe('The following resource(s) failed to create: [Sibling, X].');
    expect(aws.takeLog().filter(about('X', 'S'))).toEqual([
      'S CREATE_IN_PROGRESS',
      'X CREATE_IN_PROGRESS',
      '[Create X 1]',
      'X CREATE_FAILED(S-X-random) "Resource creation cancelled"',
      'S ROLLBACK_IN_PROGRESS "The following resource(s) failed to create: [Sibling, X]."',
      'X DELETE_IN_PROGRESS(S-X-random)',
      '[Delete X S-X-random 1]',
      'X DELETE_COMPLETE(S-X-random)',
      'S ROLLBACK_COMPLETE',
    ]);
    late.open();
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(aws.takeLog()).toEqual(['late answer']);
  });

  it('deletes X when the create fails later', async () => {
    const aws = new World();
    aws.handler = () => ({ PhysicalResourceId: 'A' });
    await deploy(aws, {}, 'T');
    expect(seen(aws)).toEqual(['Create 1', 'Delete A 1']);
  });
});

describe('an update', () => {
  it('sends nothing when no property changed', async () => {
    const aws = await deployed();
    await deploy(aws, { version: '1', after: '2' });
    expect(seen(aws)).toEqual([]);
    expect(eventsOf(aws, 'X').filter((status) => status.startsWith('UPDATE'))).toEqual([]);
  });

  it('sends Update with both sets of properties, and nothing more when the id stays the same', async () => {
    const aws = await deployed();
    await deploy(aws, { version: '2' });
    expect(seen(aws)).toEqual(['Update A 2/1']);
  });

  it('deletes the old id in cleanup, with the old properties', async () => {
    const aws = await deployed({}, replacing);
    await deploy(aws, { version: '2' });
    expect(seen(aws)).toEqual(['Update v1 2/1', 'Delete v1 1']);
    expect(aws.cloudFormation.resources('S').find(({ logicalId }) => logicalId === 'X')?.physicalId).toBe('v2');
  });

  it('deletes the old id with the new properties under the other assumption', async () => {
    const aws = await deployed({ assume: { 'cleanup-delete-properties': 'new' } }, replacing);
    await deploy(aws, { version: '2' });
    expect(seen(aws)).toEqual(['Update v1 2/1', 'Delete v1 2']);
  });

  it('sends the reverse Update to a resource that answered FAILED', async () => {
    const aws = await deployed();
    aws.handler = ({ ResourceProperties }) => (ResourceProperties.Version === '2' ? failing({}) : {});
    await deploy(aws, { version: '2' });
    expect(seen(aws)).toEqual(['Update A 2/1', 'Update A 1/2']);
    expect(statusesOf(aws).at(-1)).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  const answeringOtherId: Handler = ({ ResourceProperties, RequestType }) => {
    if (RequestType === 'Delete') return {};
    return ResourceProperties.Version === '2' ? failing({ PhysicalResourceId: 'B' }) : { PhysicalResourceId: 'A' };
  };

  it('stores and later deletes the other id of a FAILED answer', async () => {
    const aws = await deployed();
    aws.handler = answeringOtherId;
    await deploy(aws, { version: '2' });
    expect(seen(aws)).toEqual(['Update A 2/1', 'Update B 1/2', 'Delete B 2']);
  });

  it('ignores the other id of a FAILED answer under the other assumption', async () => {
    const aws = await deployed({ assume: { 'failed-update-id': 'ignored' } });
    aws.handler = answeringOtherId;
    await deploy(aws, { version: '2' });
    expect(seen(aws)).toEqual(['Update A 2/1', 'Update A 1/2']);
  });

  it('rolls a replaced X back with the current id, deletes the new id, and keeps the old one', async () => {
    const aws = await deployed({}, replacing);
    await deploy(aws, { version: '2' }, 'T');
    expect(seen(aws)).toEqual(['Update v1 2/1', 'Update v2 1/2', 'Delete v2 2']);
    await aws.cloudFormation.deleteStack('S');
    expect(seen(aws).at(-1)).toBe('Delete v1 1');
  });

  it('rolls a replaced X back with the old id under the other assumption', async () => {
    const aws = await deployed({ assume: { 'rollback-physical-id': 'old' } }, replacing);
    await deploy(aws, { version: '2' }, 'T');
    expect(seen(aws)).toEqual(['Update v1 2/1', 'Update v1 1/2', 'Delete v2 2']);
  });

  /** The rollback of A -> B is answered with `id`. */
  const backTo =
    (id: string): Handler =>
    ({ RequestType, ResourceProperties, PhysicalResourceId }) => {
      if (RequestType === 'Delete') return { PhysicalResourceId };
      return { PhysicalResourceId: ResourceProperties.Version === '2' ? 'B' : id };
    };

  it.each([
    ['keep', 'B', ['Update A 2/1', 'Update B 1/2']],
    ['keep', 'C', ['Update A 2/1', 'Update B 1/2', 'Delete B 2']],
    ['delete', 'B', ['Update A 2/1', 'Update B 1/2', 'Delete A 1']],
    ['delete', 'C', ['Update A 2/1', 'Update B 1/2', 'Delete A 1', 'Delete B 2']],
  ])('obeys orphaned-old-id=%s when its rollback is answered with %s', async (assumption, id, expected) => {
    const aws = await deployed({ assume: { 'orphaned-old-id': assumption } });
    aws.handler = backTo(id);
    await deploy(aws, { version: '2' }, 'T');
    expect(seen(aws)).toEqual(expected);
    expect(aws.cloudFormation.resources('S').find(({ logicalId }) => logicalId === 'X')?.physicalId).toBe(id);
  });

  it('deletes an X that it added, in the cleanup of its rollback', async () => {
    const aws = new World();
    await deploy(aws, { without: true, beside: '1' });
    aws.takeLog();
    await deploy(aws, { version: '2', beside: '1' }, 'T');
    expect(seen(aws)).toEqual(['Create 2', 'Delete X-id 2']);
    const log = aws.takeLog();
    expect(log.slice(log.indexOf('S UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'))).toEqual([
      'S UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'T DELETE_IN_PROGRESS',
      'T DELETE_COMPLETE',
      'X DELETE_IN_PROGRESS(X-id)',
      '[Delete X X-id 2]',
      'X DELETE_COMPLETE(X-id)',
      'S UPDATE_ROLLBACK_COMPLETE',
    ]);
  });

  it('sends nothing to an X that it should have removed when it fails', async () => {
    const aws = await deployed();
    await deploy(aws, { without: true, beside: '2' }, 'Sibling');
    expect(seen(aws)).toEqual([]);
    expect(aws.cloudFormation.resources('S').map(({ logicalId }) => logicalId)).toContain('X');
    await aws.cloudFormation.deleteStack('S');
    expect(seen(aws)).toEqual(['Delete A 1']);
  });

  it('sends nothing to an X that it had not reached when it failed', async () => {
    const aws = new World();
    const withBase = (version: string): unknown => {
      const { Resources } = template({ version });
      const Base = { Type: 'Test::Table', Properties: { Version: version } };
      const X = { ...(Resources.X as object), DependsOn: 'Base' };
      return { Resources: { ...Resources, Base, X } };
    };
    await aws.cloudFormation.deploy({ stackName: 'S', template: withBase('1') });
    aws.requests.length = 0;
    await aws.cloudFormation.deploy({ stackName: 'S', template: withBase('2'), fail: [{ logicalId: 'Base' }] });
    expect(seen(aws)).toEqual([]);
    expect(statusesOf(aws).at(-1)).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  const slowForward =
    (opened: Promise<void>): Handler =>
    async ({ ResourceProperties }) => {
      if (ResourceProperties.Version === '2') await opened;
      return { PhysicalResourceId: 'A' };
    };

  const failingSibling = (aws: World): void => {
    aws.behaviours.set('Sibling', ({ action, request }) => {
      return action === 'update' && request.properties.Version === '2' ? Promise.reject(new Error('no')) : undefined;
    });
  };

  it('cancels an Update in flight at once and sends the rollback while it still runs', async () => {
    const aws = new World();
    aws.handler = () => ({ PhysicalResourceId: 'A' });
    await deploy(aws, { beside: '1' });
    aws.takeLog();
    const late = gate();
    aws.handler = slowForward(late.opened);
    failingSibling(aws);
    await deploy(aws, { version: '2', beside: '2' });
    expect(aws.takeLog().filter(about('X', 'S'))).toEqual([
      'S UPDATE_IN_PROGRESS',
      'X UPDATE_IN_PROGRESS(A)',
      '[Update X A 2/1]',
      'X UPDATE_FAILED(A) "Resource update cancelled"',
      'S UPDATE_ROLLBACK_IN_PROGRESS "The following resource(s) failed to update: [Sibling, X]."',
      'X UPDATE_IN_PROGRESS(A)',
      '[Update X A 1/2]',
      'X UPDATE_COMPLETE(A)',
      'S UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'S UPDATE_ROLLBACK_COMPLETE',
    ]);
    late.open();
  });

  it('waits for the first answer under the other assumption', async () => {
    const aws = new World({ assume: { 'overlap-rollback': 'no' } });
    aws.handler = () => ({ PhysicalResourceId: 'A' });
    await deploy(aws, { beside: '1' });
    aws.requests.length = 0;
    const late = gate();
    aws.handler = async (request) => {
      if (request.ResourceProperties.Version !== '2') return { PhysicalResourceId: 'A' };
      await late.opened;
      return { PhysicalResourceId: 'B' };
    };
    failingSibling(aws);
    const deployment = deploy(aws, { version: '2', beside: '2' });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(seen(aws)).toEqual(['Update A 2/1']);
    late.open();
    await deployment;
    expect(seen(aws)).toEqual(['Update A 2/1', 'Update B 1/2', 'Delete B 2']);
  });
});

describe('a delete', () => {
  it('sends Delete when the stack is deleted, and when a good update removes X', async () => {
    const aws = await deployed();
    await deploy(aws, { without: true });
    expect(seen(aws)).toEqual(['Delete A 1']);
    await deploy(aws, { version: '3' });
    await aws.cloudFormation.deleteStack('S');
    expect(seen(aws).slice(1)).toEqual(['Create 3', 'Delete A 3']);
  });
});
