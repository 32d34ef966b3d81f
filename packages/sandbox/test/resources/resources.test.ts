import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { expect, test } from '@jest/globals';
import type { CreateRequest } from '../../src/cloudformation/resource-type';
import { inert } from '../../src/resources/inert';
import { generatedName } from '../../src/resources/physical-name';
import { writeAssembly } from '../helpers/assembly';
import { testSandboxes } from '../helpers/open';
import { functions } from '../helpers/templates';

const open = testSandboxes('each');
const environment = { account: '123456789012', region: 'us-east-1', partition: 'aws' } as const;
const request = (type: string, properties: CreateRequest['properties'] = {}): CreateRequest => ({
  stack: { id: 'arn:stack/App/1', name: 'App' },
  logicalId: 'Thing1A2B',
  type,
  properties,
  signal: new AbortController().signal,
  issued: () => {},
});

test('generated names stay the same and have an allowed length', () => {
  const name = generatedName(request('X'));
  expect(name).toMatch(/^App-Thing1A2B-[A-Z0-9]{12}$/);
  expect(generatedName(request('X'))).toBe(name);
  const long = generatedName({ stack: { id: 'i', name: 'S'.repeat(100) }, logicalId: 'L'.repeat(100) }, 64);
  expect(long).toMatch(/^S{25}-L{25}-[A-Z0-9]{12}$/);
});

test('inert resources have plausible references and keep their id', async () => {
  const type = inert(environment);
  const queue = await type.create(request('AWS::SQS::Queue', { QueueName: 'q' }));
  expect(queue.physicalId).toMatch(/^https:\/\/sqs\.us-east-1\.amazonaws\.com\/123456789012\/App-/);
  expect(queue.attributes?.['Arn']).toMatch(/^arn:aws:sqs:us-east-1:123456789012:App-/);
  const topic = await type.create(request('AWS::SNS::Topic', { TopicName: 'given' }));
  expect(topic).toMatchObject({
    physicalId: expect.stringMatching(/^arn:aws:sns:/),
    attributes: { TopicName: 'given' },
  });
  const updated = await type.update({ ...request('X::Y::Z'), physicalId: 'old', oldProperties: {}, attributes: {} });
  expect(updated.physicalId).toBe('old');
});

test('each inert type is warned of once, except those that cannot matter', async () => {
  const world = await open();
  const resources = {
    One: { Type: 'AWS::SQS::Queue' },
    Two: { Type: 'AWS::SQS::Queue' },
    Meta: { Type: 'AWS::CDK::Metadata' },
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
  };
  await world.deploy({ Inert: { template: { Resources: resources } } });
  expect(world.warnings.filter((warning) => warning.includes('inert'))).toEqual([
    expect.stringContaining('AWS::SQS::Queue is inert'),
  ]);
});

test('a changed name replaces a resource, and the old one is deleted in cleanup', async () => {
  const world = await open();
  const template = (name: string) => ({
    Resources: { P: { Type: 'AWS::SSM::Parameter', Properties: { Name: name, Type: 'String', Value: 'v' } } },
    Outputs: { Name: { Value: { Ref: 'P' } } },
  });
  await world.deploy({ Named: { template: template('/old') } });
  expect(await world.deploy({ Named: { template: template('/new') } })).toEqual({ Name: '/new' });
  const ssm = new SSMClient(world.client);
  await ssm.send(new GetParameterCommand({ Name: '/new' }));
  await expect(ssm.send(new GetParameterCommand({ Name: '/old' }))).rejects.toMatchObject({
    name: 'ParameterNotFound',
  });

  const [other] = await world.sandbox.deploy({ assembly: writeAssembly({ Other: { template: template('/new') } }) });
  const failure = other?.events.find(({ status }) => status === 'CREATE_FAILED');
  expect(failure?.reason).toContain("with identifier '/new' already exists");
  // What another stack owns survives the rollback of the stack that wanted to have it too.
  await ssm.send(new GetParameterCommand({ Name: '/new' }));
});

test('functions have versions, aliases and permissions', async () => {
  const world = await open();
  const fn = { 'Fn::GetAtt': ['Fn', 'Arn'] };
  const outputs = await world.deploy({
    Versions: {
      template: {
        ...functions(
          { Fn: { code: 'exports.handler = async () => 1;' } },
          {
            Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Fn' } } },
            Alias: {
              Type: 'AWS::Lambda::Alias',
              Properties: {
                FunctionName: { Ref: 'Fn' },
                Name: 'live',
                FunctionVersion: { 'Fn::GetAtt': ['Version', 'Version'] },
              },
            },
            Retry: {
              Type: 'AWS::Lambda::EventInvokeConfig',
              Properties: { FunctionName: { Ref: 'Fn' }, Qualifier: '$LATEST', MaximumRetryAttempts: 0 },
            },
          },
        ).template,
        Outputs: { Version: { Value: { Ref: 'Version' } }, Alias: { Value: { Ref: 'Alias' } }, Fn: { Value: fn } },
      },
    },
  });
  expect(outputs['Version']).toBe(`${outputs['Fn']}:1`);
  expect(await world.sandbox.invoke(outputs['Alias'] ?? '', {})).toBe(1);
  await world.sandbox.destroy();
  await expect(world.sandbox.invoke('Fn', {})).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
});
