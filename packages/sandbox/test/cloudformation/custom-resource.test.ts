import { describe, expect, it } from '@jest/globals';
import type { Properties } from '../../src/cloudformation/resource-type';
import { type Answer, goodAnswer, variable, World, type WorldOptions } from './world';

/** The protocol of custom resources (aws-facts CR-1 to CR-9). */

const TOKEN = 'arn:aws:lambda:eu-central-1:123456789012:function:handler';

const template = (properties: Properties, more: object = {}): unknown => ({
  Resources: { X: { Type: 'Custom::Thing', Properties: { ServiceToken: TOKEN, ...properties } }, ...more },
});

const deploy = (aws: World, properties: Properties = {}) => {
  return aws.cloudFormation.deploy({ stackName: 'S', template: template(properties) });
};

async function reasonOf(answer: Answer | ((fields: object) => Answer), options: WorldOptions = {}): Promise<string> {
  const aws = new World(options);
  aws.handler = (request) => {
    if (request.RequestType === 'Delete') return {};
    return typeof answer === 'function' ? answer(goodAnswer(request, { PhysicalResourceId: 'A' }) as object) : answer;
  };
  await deploy(aws);
  return aws.events.find(({ status }) => status === 'CREATE_FAILED')?.reason ?? 'accepted';
}

describe('an answer of success', () => {
  it('has its reason in the event of the resource, for a create, an update and a rollback', async () => {
    const aws = new World();
    aws.handler = ({ RequestType, ResourceProperties: { Word } }) => ({
      PhysicalResourceId: 'A',
      Reason: `${RequestType} of ${String(Word)}`,
    });
    await deploy(aws, { Word: 'one' });
    await deploy(aws, { Word: 'two' });
    const fails = { Fails: { Type: 'Test::Thing', DependsOn: 'X' } };
    aws.behaviours.set('Fails', ({ action }) => (action === 'create' ? Promise.reject(new Error('no')) : undefined));
    await aws.cloudFormation.deploy({ stackName: 'S', template: template({ Word: 'three' }, fails) });

    const told = aws.events.filter(({ logicalId, status }) => logicalId === 'X' && status.endsWith('_COMPLETE'));
    expect(told.map(({ reason }) => reason)).toEqual([
      ...['Create of one', 'Update of two', 'Update of three', 'Update of two'],
    ]);
  });

  it('may have none', async () => {
    const aws = new World();
    await deploy(aws);
    expect(aws.events.find(({ logicalId, status }) => logicalId === 'X' && status === 'CREATE_COMPLETE')?.reason).toBe(
      '',
    );
  });
});

describe('a request', () => {
  it('has the documented members, with scalars as strings', async () => {
    const aws = new World();
    aws.handler = () => ({ PhysicalResourceId: 'A' });
    await deploy(aws, { Flag: true, Count: 3, Nested: { List: [1, false, 'text'] } });
    await deploy(aws, { Flag: false, Count: 4, Nested: { List: [1, false, 'text'] } });
    const [create, update] = aws.requests;
    expect(create).toEqual({
      RequestType: 'Create',
      RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      StackId: expect.stringMatching(/^arn:aws:cloudformation:eu-central-1:123456789012:stack\/S\/[0-9a-f-]{36}$/),
      ResponseURL: 'https://answers.test/0',
      ResourceType: 'Custom::Thing',
      LogicalResourceId: 'X',
      ResourceProperties: { ServiceToken: TOKEN, Flag: 'true', Count: '3', Nested: { List: ['1', 'false', 'text'] } },
    });
    expect(update).toMatchObject({
      RequestType: 'Update',
      PhysicalResourceId: 'A',
      ResourceProperties: { Flag: 'false', Count: '4' },
      OldResourceProperties: { ServiceToken: TOKEN, Flag: 'true', Count: '3' },
    });
    expect(update?.RequestId).not.toBe(create?.RequestId);
  });

  it('has numbers and no ServiceToken under other assumptions', async () => {
    const aws = new World({ assume: { 'numbers-as-strings': 'no', 'service-token-in-properties': 'no' } });
    await deploy(aws, { Flag: true, Count: 3 });
    expect(aws.requests[0]?.ResourceProperties).toEqual({ Flag: 'true', Count: 3 });
  });

  it('is delivered twice, with the same id, under duplicate-delivery=yes', async () => {
    const aws = new World({ assume: { 'duplicate-delivery': 'yes' } });
    await deploy(aws);
    expect(aws.requests).toHaveLength(2);
    expect(aws.requests[0]).toEqual(aws.requests[1]);
  });

  it('fails when its function does not exist', async () => {
    const aws = new World();
    const result = await aws.cloudFormation.deploy({
      stackName: 'S',
      template: { Resources: { X: { Type: 'AWS::CloudFormation::CustomResource' } } },
    });
    expect(result.status).toBe('ROLLBACK_COMPLETE');
    expect(aws.requests).toEqual([]);
    expect(aws.events.find(({ status }) => status === 'CREATE_FAILED')?.reason).toMatch(
      /^Invalid ServiceToken undefined/,
    );
  });
});

describe('an answer', () => {
  it('provides the values for GetAtt', async () => {
    const aws = new World();
    aws.handler = () => ({ PhysicalResourceId: 'A', Data: { Name: 'n', Deep: { Key: 'k' } } });
    const T = {
      Type: 'Test::Table',
      Properties: { Name: { 'Fn::GetAtt': ['X', 'Name'] }, Key: { 'Fn::Sub': variable('X.Deep.Key') } },
    };
    let sent: unknown;
    aws.behaviours.set('T', ({ request }) => {
      sent = request.properties;
      return undefined;
    });
    await aws.cloudFormation.deploy({ stackName: 'S', template: template({}, { T }) });
    expect(sent).toEqual({ Name: 'n', Key: 'k' });
  });

  it('fails the resource that uses a value that it lacks', async () => {
    const aws = new World();
    const T = { Type: 'Test::Table', Properties: { Name: { 'Fn::GetAtt': 'X.Missing' } } };
    const result = await aws.cloudFormation.deploy({ stackName: 'S', template: template({}, { T }) });
    expect(result.status).toBe('ROLLBACK_COMPLETE');
    const failure = aws.events.find(({ status }) => status === 'CREATE_FAILED');
    expect(failure?.logicalId).toBe('T');
    expect(failure?.reason).toMatch(
      /^CustomResource attribute error: Vendor response doesn't contain Missing attribute/,
    );
  });

  it('is masked in outputs when it sets NoEcho, but other resources get the values', async () => {
    const aws = new World();
    aws.handler = () => ({ PhysicalResourceId: 'A', NoEcho: true, Data: { Secret: 'hush' } });
    let sent: unknown;
    aws.behaviours.set('T', ({ request }) => {
      sent = request.properties;
      return undefined;
    });
    const T = { Type: 'Test::Table', Properties: { Secret: { 'Fn::GetAtt': ['X', 'Secret'] } } };
    const { Resources } = template({}, { T }) as { Resources: unknown };
    const Outputs = { Secret: { Value: { 'Fn::GetAtt': ['X', 'Secret'] } }, Id: { Value: { Ref: 'X' } } };
    const result = await aws.cloudFormation.deploy({ stackName: 'S', template: { Resources, Outputs } });
    expect(sent).toEqual({ Secret: 'hush' });
    expect(result.outputs).toEqual({ Secret: '*****', Id: 'A' });
  });

  it("has its reason reported in CloudFormation's words", async () => {
    const reason = await reasonOf({ Status: 'FAILED', Reason: 'table is gone', PhysicalResourceId: 'A' });
    expect(reason).toMatch(
      /^Received response status \[FAILED\] from custom resource\. Message returned: table is gone \(RequestId: [0-9a-f-]{36}\)$/,
    );
  });

  it.each<[string, Answer | ((fields: object) => Answer), string | RegExp]>([
    ['has 4096 bytes', (fields) => sized(fields, 4096), 'accepted'],
    ['has 4097 bytes', (fields) => sized(fields, 4097), 'Response object is too long.'],
    ['has 4097 bytes in fewer characters', (fields) => sized(fields, 4097, 'é'), 'Response object is too long.'],
    ['is not JSON', 'hello', 'Response object is not a JSON object.'],
    ['is a list', '[]', 'Response object is not a JSON object.'],
    ['has a null Reason', { PhysicalResourceId: 'A', Reason: null }, 'Invalid Reason: must be a string.'],
    ['has a list as Data', { PhysicalResourceId: 'A', Data: [] }, 'Invalid Data: must be an object.'],
    ['has a string as NoEcho', { PhysicalResourceId: 'A', NoEcho: 'true' }, 'Invalid NoEcho: must be a boolean.'],
    ['has another status', { PhysicalResourceId: 'A', Status: 'OK' }, 'Invalid Status: must be SUCCESS or FAILED.'],
    ['has another StackId', { PhysicalResourceId: 'A', StackId: 'x' }, /^Invalid StackId/],
    ['has another RequestId', { PhysicalResourceId: 'A', RequestId: 'x' }, /^Invalid RequestId/],
    [
      'has another LogicalResourceId',
      { PhysicalResourceId: 'A', LogicalResourceId: 'x' },
      /^Invalid LogicalResourceId/,
    ],
    ['has an empty physical id', { PhysicalResourceId: '' }, 'Invalid PhysicalResourceId'],
    ['has a physical id that is no string', { PhysicalResourceId: 5 }, 'Invalid PhysicalResourceId'],
    ['has a physical id of 1024 bytes', { PhysicalResourceId: 'x'.repeat(1024) }, 'accepted'],
    ['has a physical id of 1025 bytes', { PhysicalResourceId: 'x'.repeat(1025) }, 'Invalid PhysicalResourceId'],
  ])('is judged when it %s', async (_, answer, expected) => {
    expect(await reasonOf(answer)).toMatch(expected);
  });
});

/** A good answer of that many bytes. */
function sized(fields: object, bytes: number, letter = 'x'): string {
  const empty = JSON.stringify({ ...fields, Data: { Fill: '' } });
  const missing = bytes - Buffer.byteLength(empty);
  const fill = letter.repeat(Math.floor(missing / Buffer.byteLength(letter)));
  return JSON.stringify({
    ...fields,
    Data: { Fill: fill.padEnd(fill.length + (missing % Buffer.byteLength(letter)), '.') },
  });
}

describe('the time limit', () => {
  it('fails the request that is not answered within ServiceTimeout, and its Delete as well', async () => {
    const aws = new World();
    aws.handler = () => 'silence';
    const result = await deploy(aws, { ServiceTimeout: 5 });
    expect(result.status).toBe('ROLLBACK_FAILED');
    expect(aws.events.filter(({ status }) => status.endsWith('_FAILED')).map(({ reason }) => reason)).toEqual([
      'Custom Resource failed to stabilize in expected time',
      'Custom Resource failed to stabilize in expected time',
      'The following resource(s) failed to delete: [X].',
    ]);
  });

  it('is 3600 seconds by default, scaled by the time scale', async () => {
    const aws = new World({ secondScale: 0.000_002 });
    aws.handler = () => 'silence';
    const begin = Date.now();
    await deploy(aws);
    expect(Date.now() - begin).toBeGreaterThanOrEqual(14);
  });

  it.each([['0'], ['3601'], ['1.5'], ['soon']])('must not be %s', async (ServiceTimeout) => {
    const aws = new World();
    const result = await deploy(aws, { ServiceTimeout });
    expect(result.status).toBe('ROLLBACK_COMPLETE');
    expect(aws.requests).toEqual([]);
    const failure = aws.events.find(({ status }) => status === 'CREATE_FAILED');
    expect(failure?.reason).toBe(`Invalid ServiceTimeout "${ServiceTimeout}": must be 1 to 3600 seconds.`);
  });
});

describe('the service token', () => {
  const other = 'arn:aws:lambda:eu-central-1:123456789012:function:other';

  it('must not change', async () => {
    const aws = new World();
    await deploy(aws);
    await deploy(aws, { ServiceToken: other });
    const failure = aws.events.find(({ status }) => status === 'UPDATE_FAILED');
    expect(failure?.reason).toBe('Modifying service token is not allowed.');
    expect(aws.requests.map(({ RequestType }) => RequestType)).toEqual(['Create', 'Update']);
    expect(aws.cloudFormation.describeStack('S')?.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  it('may change under the other assumption', async () => {
    const aws = new World({ assume: { 'service-token-change': 'allowed' } });
    await deploy(aws);
    const result = await deploy(aws, { ServiceToken: other });
    expect(result.status).toBe('UPDATE_COMPLETE');
    expect(aws.requests.at(-1)?.ResourceProperties.ServiceToken).toBe(other);
  });
});
