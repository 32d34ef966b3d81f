import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../src/cloudformation/resource-type';
import { variable, World } from './world';

const surroundings = {
  Parameters: {
    Name: { Type: 'String', Default: 'orders' },
    Zones: { Type: 'CommaDelimitedList', Default: 'a,b,c' },
  },
  Mappings: { Sizes: { prod: { nodes: 3, list: ['x', 'y'] }, 'eu-central-1': { nodes: 1 } } },
  Conditions: {
    Yes: { 'Fn::Equals': [{ Ref: 'Name' }, 'orders'] },
    No: { 'Fn::Not': [{ Condition: 'Yes' }] },
    Both: { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] },
    Either: { 'Fn::Or': [{ Condition: 'Yes' }, { Condition: 'No' }] },
    Loose: { 'Fn::Equals': ['true', true] },
    Plain: { Condition: 'Yes' },
  },
};

/** What a resource that says this gets. `Base` has the physical id Base-1 and the attributes Arn and Version. */
async function resolved(value: Json): Promise<unknown> {
  const aws = new World();
  let seen: unknown = 'nothing was asked for';
  aws.behaviours.set('A', ({ request }) => {
    seen = request.properties.Value;
    return undefined;
  });
  const Resources = {
    Base: { Type: 'Test::Table', Properties: { Version: '7' } },
    A: { Type: 'Test::Table', Properties: { Value: value }, DependsOn: 'Base' },
  };
  await aws.cloudFormation.deploy({ stackName: 'S', template: { ...surroundings, Resources } });
  return seen;
}

const outcomeOf = (value: Json): Promise<unknown> => resolved(value).catch((error: Error) => error.message);

const when = (condition: string): Json => ({ 'Fn::If': [condition, 'yes', 'no'] });

describe('intrinsic functions', () => {
  it.each<[string, Json, unknown]>([
    ['Ref of a resource', { Ref: 'Base' }, 'Base-1'],
    ['Ref of a list', { Ref: 'Zones' }, ['a', 'b', 'c']],
    ['GetAtt, list form', { 'Fn::GetAtt': ['Base', 'Arn'] }, 'arn:Base'],
    ['GetAtt, string form', { 'Fn::GetAtt': 'Base.Version' }, '7'],
    ['GetAtt, attribute by parameter', { 'Fn::GetAtt': ['Base', { 'Fn::Join': ['', ['A', 'rn']] }] }, 'arn:Base'],
    [
      'Sub',
      { 'Fn::Sub': `${variable('Name')}-${variable('Base.Version')}-${variable('AWS::Region')}` },
      'orders-7-eu-central-1',
    ],
    [
      'Sub with variables',
      { 'Fn::Sub': [`${variable('N')} ${variable('Base')}`, { N: { Ref: 'Name' } }] },
      'orders Base-1',
    ],
    ['Sub with a literal', { 'Fn::Sub': variable('!Name') }, variable('Name')],
    ['Sub with a list', { 'Fn::Sub': variable('Zones') }, 'a,b,c'],
    ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Name' }, 3, { Ref: 'AWS::NoValue' }]] }, 'a-orders-3'],
    ['Join of a list', { 'Fn::Join': ['', { Ref: 'Zones' }] }, 'abc'],
    ['Select', { 'Fn::Select': [1, { Ref: 'Zones' }] }, 'b'],
    ['Select with a string', { 'Fn::Select': ['0', ['x']] }, 'x'],
    ['Split', { 'Fn::Select': [1, { 'Fn::Split': [':', { 'Fn::GetAtt': ['Base', 'Arn'] }] }] }, 'Base'],
    [
      'If',
      [when('Yes'), when('No'), when('Both'), when('Either'), when('Loose'), when('Plain')],
      ['yes', 'no', 'no', 'yes', 'yes', 'yes'],
    ],
    ['If that leaves a key out', { Keep: 1, Gone: { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] } }, { Keep: 1 }],
    ['If that leaves an item out', ['a', { 'Fn::If': ['Yes', { Ref: 'AWS::NoValue' }, 'b'] }], ['a']],
    ['FindInMap', { 'Fn::FindInMap': ['Sizes', 'prod', 'nodes'] }, 3],
    ['FindInMap by region', { 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'nodes'] }, 1],
    ['FindInMap of a list', { 'Fn::FindInMap': ['Sizes', 'prod', 'list'] }, ['x', 'y']],
    [
      'FindInMap with a default',
      { 'Fn::FindInMap': ['Sizes', 'dev', 'nodes', { DefaultValue: { Ref: 'Name' } }] },
      'orders',
    ],
    ['Base64', { 'Fn::Base64': { Ref: 'Name' } }, 'b3JkZXJz'],
    ['Cidr', { 'Fn::Cidr': ['10.0.1.7/16', 3, 8] }, ['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24']],
    ['Cidr with strings', { 'Fn::Cidr': ['192.168.0.0/24', '2', '5'] }, ['192.168.0.0/27', '192.168.0.32/27']],
    ['Cidr, IPv6', { 'Fn::Cidr': ['2001:db8::/56', 2, 64] }, ['2001:db8::/64', '2001:db8:0:1::/64']],
    ['GetAZs', { 'Fn::GetAZs': '' }, ['eu-central-1a', 'eu-central-1b', 'eu-central-1c']],
    ['GetAZs of a region', { 'Fn::Select': [0, { 'Fn::GetAZs': 'us-east-1' }] }, 'us-east-1a'],
    ['Length', { 'Fn::Length': { Ref: 'Zones' } }, 3],
    ['ToJsonString', { 'Fn::ToJsonString': { a: { Ref: 'Name' }, b: [1] } }, '{"a":"orders","b":[1]}'],
    [
      'pseudo parameters',
      [{ Ref: 'AWS::AccountId' }, { Ref: 'AWS::Partition' }, { Ref: 'AWS::StackName' }, { Ref: 'AWS::URLSuffix' }],
      ['123456789012', 'aws', 'S', 'amazonaws.com'],
    ],
    ['an IAM condition', { Statement: [{ Condition: 'Yes' }] }, { Statement: [{ Condition: 'Yes' }] }],
  ])('resolve %s', async (_, expression, expected) => {
    expect(await outcomeOf(expression)).toEqual(expected);
  });

  it.each<[string, Json, string]>([
    [
      'a function that does not exist',
      { 'Fn::Sum': [1, 2] },
      'Fn::Sum at Resources.A.Properties.Value is not supported here. Supported: Ref, Fn::GetAtt',
    ],
    ['a loop', { 'Fn::ForEach::X': [] }, 'Fn::ForEach::X at Resources.A.Properties.Value is not supported here.'],
    [
      'a macro',
      { 'Fn::Transform': { Name: 'AWS::Include' } },
      'Fn::Transform at Resources.A.Properties.Value is not supported here.',
    ],
    [
      'a function among other keys',
      { 'Fn::Join': ['', []], Other: 1 },
      'Fn::Join must be the only key at Resources.A.Properties.Value',
    ],
    [
      'Join without list',
      { 'Fn::Join': ['', 'a'] },
      'Fn::Join at Resources.A.Properties.Value takes a delimiter and a list',
    ],
    ['Join of objects', { 'Fn::Join': ['', [{ a: 1 }]] }, 'needs a string where it found an object'],
    [
      'Select out of range',
      { 'Fn::Select': [3, { Ref: 'Zones' }] },
      'Fn::Select cannot select nonexistent value at index 3',
    ],
    ['Split by nothing', { 'Fn::Split': ['', 'a'] }, 'takes a delimiter and a string'],
    ['If without condition', { 'Fn::If': ['Never', 1, 2] }, "Unresolved condition 'Never'"],
    ['If with two parts', { 'Fn::If': ['Yes', 1] }, 'takes a list of 3'],
    ['Cidr that does not fit', { 'Fn::Cidr': ['10.0.0.0/24', 3, 7] }, 'cannot split ["10.0.0.0/24",3,7]'],
    ['Cidr of no block', { 'Fn::Cidr': ['10.0.0/24', 1, 7] }, 'cannot split'],
    ['Length of a string', { 'Fn::Length': 'abc' }, 'takes a list'],
    [
      'NoValue where a value must be',
      { 'Fn::Sub': variable('AWS::NoValue') },
      'AWS::NoValue is not allowed in Fn::Sub',
    ],
  ])('are refused for %s', async (_, expression, expected) => {
    expect(await outcomeOf(expression)).toContain(expected);
  });

  it('fail the resource that asks for an unknown attribute', async () => {
    const aws = new World();
    const Resources = {
      Base: { Type: 'Test::Table' },
      A: { Type: 'Test::Table', Properties: { Value: { 'Fn::GetAtt': ['Base', 'Missing'] } } },
    };
    await aws.cloudFormation.deploy({ stackName: 'S', template: { Resources } });
    expect(aws.events.find(({ status }) => status === 'CREATE_FAILED')).toMatchObject({
      logicalId: 'A',
      reason:
        'Template error: resource Base does not support attribute type Missing in Fn::GetAtt (Resources.A.Properties.Value)',
    });
  });

  it('get invented but constant attributes of inert types, with one warning', async () => {
    const aws = new World();
    const Base = { Type: 'AWS::SQS::Queue' };
    const Attributes = [{ 'Fn::GetAtt': ['Base', 'QueueName'] }, { 'Fn::GetAtt': ['Base', 'Special.Arn'] }];
    const template = { Resources: { Base, Other: Base, A: { Type: 'Test::Table', Properties: { Attributes } } } };
    const result = await aws.cloudFormation.deploy({ stackName: 'S', template });
    expect(result.status).toBe('CREATE_COMPLETE');
    expect((await aws.cloudFormation.deploy({ stackName: 'S', template })).unchanged).toBe(true);
    expect(aws.warnings).toEqual(['AWS::SQS::Queue is inert here: it is created, updated and deleted in name only.']);
  });
});

describe('dynamic references', () => {
  const template = (more: object = {}): unknown => ({
    Resources: {
      A: {
        Type: 'Test::Table',
        Properties: { Url: 'db://{{resolve:secretsmanager:db:SecretString:user::}}@x', ...more },
      },
    },
  });

  async function world(): Promise<{ readonly aws: World; readonly sent: unknown[] }> {
    const aws = new World();
    const sent: unknown[] = [];
    aws.references.set('secretsmanager:db:SecretString:user::', 'anna');
    aws.behaviours.set('A', ({ action, request }) => {
      sent.push(action === 'update' ? [request.properties, request.oldProperties] : request.properties);
      return undefined;
    });
    await aws.cloudFormation.deploy({ stackName: 'S', template: template() });
    return { aws, sent };
  }

  it('are resolved for the resource', async () => {
    const { sent } = await world();
    expect(sent).toEqual([{ Url: 'db://anna@x' }]);
  });

  it('make no change by themselves, but are read again when there is one', async () => {
    const { aws, sent } = await world();
    aws.references.set('secretsmanager:db:SecretString:user::', 'bert');
    expect((await aws.cloudFormation.deploy({ stackName: 'S', template: template() })).unchanged).toBe(true);
    await aws.cloudFormation.deploy({ stackName: 'S', template: template({ Other: 1 }) });
    expect(sent.at(-1)).toEqual([{ Url: 'db://bert@x', Other: 1 }, { Url: 'db://anna@x' }]);
  });

  it('fail the resource when they cannot be resolved', async () => {
    const { aws } = await world();
    aws.references.clear();
    await aws.cloudFormation.deploy({ stackName: 'S', template: template({ Other: 1 }) });
    expect(aws.events.find(({ status }) => status === 'UPDATE_FAILED')?.reason).toContain('does not exist');
    expect(aws.cloudFormation.describeStack('S')?.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });
});
