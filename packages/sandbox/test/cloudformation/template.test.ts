import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../src/cloudformation/resource-type';
import { variable, World } from './world';

/** What is refused before anything starts, with the place in the template. */

const ok = { Type: 'Test::Table' };
const using = (Value: Json): { readonly [key: string]: Json } => ({ Type: 'Test::Table', Properties: { Value } });

async function refusal(template: unknown, parameters: Record<string, string> = {}): Promise<string> {
  const aws = new World();
  const outcome = await aws.cloudFormation
    .deploy({ stackName: 'S', template, parameters })
    .catch((error: Error) => error);
  if (!(outcome instanceof Error)) return 'accepted';
  expect(outcome.name).toBe('ValidationError');
  expect(aws.events).toEqual([]);
  expect(aws.cloudFormation.listStacks()).toEqual([]);
  return outcome.message;
}

describe('a template', () => {
  it.each<[string, unknown, string | RegExp]>([
    ['a string', 'Resources: {}', 'Template format error: a template is a JSON object.'],
    ['no resources', { Resources: {} }, 'At least one Resources member must be defined.'],
    [
      'an unknown section',
      { Resources: { A: ok }, Resource: {} },
      'Invalid template property or properties [Resource]',
    ],
    ['a list as section', { Resources: { A: ok }, Outputs: [] }, 'Outputs must be an object.'],
    ['a macro', { Transform: 'AWS::Serverless-2016-10-31', Resources: { A: ok } }, 'Allowed: AWS::LanguageExtensions.'],
    [
      'a loop over resources',
      { Transform: 'AWS::LanguageExtensions', Resources: { A: ok, 'Fn::ForEach::Topics': ['Name', ['a'], {}] } },
      'Fn::ForEach::Topics at Resources is not supported here',
    ],
    [
      'a loop over outputs',
      { Resources: { A: ok }, Outputs: { 'Fn::ForEach::All': [] } },
      'Fn::ForEach::All at Outputs is not supported here',
    ],
    ['a macro among resources', { Resources: { A: ok, 'Fn::Transform': {} } }, 'Fn::Transform at Resources is not'],
    ['a resource without type', { Resources: { A: {} } }, '[Resources.A] must be an object with a Type.'],
    ['a bad logical id', { Resources: { 'A-1': ok } }, 'Resource name A-1 is non alphanumeric.'],
    [
      'an unknown attribute',
      { Resources: { A: { ...ok, Depends: 'B' } } },
      "resource property 'Depends' at Resources.A",
    ],
    ['a bad custom type', { Resources: { A: { Type: 'Custom::a b' } } }, "Resources.A.Type 'Custom::a b' must be"],
    ['a null', { Resources: { A: { ...ok, Properties: { B: [null] } } } }, '[/Resources/A/Properties/B/0]'],
    ['an output without value', { Resources: { A: ok }, Outputs: { O: {} } }, '(Outputs.O)'],
    [
      'a missing condition',
      { Resources: { A: { ...ok, Condition: 'C' } } },
      'Unresolved condition "C" at Resources.A.Condition',
    ],
    [
      'a bad policy',
      { Resources: { A: { ...ok, DeletionPolicy: 'Keep' } } },
      'Resources.A.DeletionPolicy is "Keep". Allowed: Delete,',
    ],
    [
      'too many resources',
      { Resources: Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`A${i}`, ok])) },
      '(501) is above the limit of 500',
    ],
  ])('is refused for %s', async (_, template, expected) => {
    expect(await refusal(template)).toContain(expected);
  });

  it('is refused for a stack name that AWS does not allow', async () => {
    const aws = new World();
    await expect(aws.cloudFormation.deploy({ stackName: '1 a', template: { Resources: { A: ok } } })).rejects.toThrow(
      "Stack name '1 a' must be 1 to 128 letters",
    );
  });
});

describe('a reference', () => {
  const unresolved = (name: string, block: string, path: string): string => {
    return `Template format error: Unresolved resource dependencies [${name}] in the ${block} block of the template (at ${path})`;
  };

  it.each<[string, unknown, string]>([
    ['Ref', { Resources: { A: using({ Ref: 'B' }) } }, unresolved('B', 'Resources', 'Resources.A.Properties.Value')],
    [
      'GetAtt',
      { Resources: { A: using([{ 'Fn::GetAtt': ['B', 'Arn'] }]) } },
      unresolved('B', 'Resources', 'Resources.A.Properties.Value.0'),
    ],
    [
      'Sub',
      { Resources: { A: using({ 'Fn::Sub': variable('B.Arn') }) } },
      unresolved('B', 'Resources', 'Resources.A.Properties.Value'),
    ],
    [
      'DependsOn',
      { Resources: { A: { ...ok, DependsOn: ['B'] } } },
      unresolved('B', 'Resources', 'Resources.A.DependsOn'),
    ],
    [
      'Output',
      { Resources: { A: ok }, Outputs: { O: { Value: { Ref: 'B' } } } },
      unresolved('B', 'Outputs', 'Outputs.O.Value'),
    ],
    [
      'Condition on a resource',
      { Resources: { A: ok }, Conditions: { C: { 'Fn::Equals': [{ Ref: 'A' }, 'a'] } } },
      unresolved('A', 'Conditions', 'Conditions.C.Fn::Equals.0'),
    ],
    [
      'the branch of Fn::If that is not taken',
      {
        Conditions: { No: { 'Fn::Equals': ['a', 'b'] } },
        Resources: { A: using({ 'Fn::If': ['No', { Ref: 'B' }, 'x'] }) },
      },
      unresolved('B', 'Resources', 'Resources.A.Properties.Value'),
    ],
    [
      'a resource whose condition is false',
      {
        Conditions: { No: { 'Fn::Equals': ['a', 'b'] } },
        Resources: { A: using({ Ref: 'B' }), B: { ...ok, Condition: 'No' } },
      },
      unresolved('B', 'Resources', 'Resources.A.Properties.Value'),
    ],
    [
      'an output of a resource whose condition is false',
      {
        Conditions: { No: { 'Fn::Equals': ['a', 'b'] } },
        Resources: { A: ok, B: { ...ok, Condition: 'No' } },
        Outputs: { O: { Value: { Ref: 'B' } } },
      },
      unresolved('B', 'Outputs', 'Outputs.O.Value'),
    ],
  ])('is refused when it is unresolved: %s', async (_, template, expected) => {
    expect(await refusal(template)).toBe(expected);
  });

  it('is refused when it closes a circle', async () => {
    const circle = {
      A: using({ Ref: 'C' }),
      B: { ...ok, DependsOn: 'A' },
      C: using({ 'Fn::GetAtt': ['B', 'Arn'] }),
      D: ok,
    };
    expect(await refusal({ Resources: circle })).toBe('Circular dependency between resources: [A, C, B]');
    expect(await refusal({ Resources: { A: using({ Ref: 'A' }) } })).toBe('Circular dependency between resources: [A]');
  });

  it('is refused when it closes a circle of conditions', async () => {
    const Conditions = { A: { 'Fn::Not': [{ Condition: 'B' }] }, B: { 'Fn::Not': [{ Condition: 'A' }] } };
    expect(await refusal({ Conditions, Resources: { A: ok } })).toContain("Circular dependency of condition 'A'");
  });

  it('is refused when it is wrong, even without a resource in it', async () => {
    const message = await refusal({
      Mappings: { M: { a: { b: 'c' } } },
      Resources: { A: using({ 'Fn::FindInMap': ['M', 'a', 'x'] }) },
    });
    expect(message).toBe('Template error: Unable to get mapping for M::a::x at Resources.A.Properties.Value');
  });

  it('is ignored in DependsOn when the condition of its resource is false', async () => {
    const template = {
      Conditions: { No: { 'Fn::Equals': ['a', 'b'] } },
      Resources: { A: { ...ok, DependsOn: 'B' }, B: { ...ok, Condition: 'No' } },
    };
    expect(await refusal(template)).toBe('accepted');
  });
});

describe('a parameter', () => {
  const withParameter = (definition: object): unknown => ({
    Parameters: { P: definition },
    Resources: { A: using({ Ref: 'P' }) },
  });

  it.each<[string, object, string | undefined, string]>([
    ['a missing value', { Type: 'String' }, undefined, 'Parameters: [P] must have values'],
    [
      'a value not allowed',
      { Type: 'String', AllowedValues: ['a', 'b'] },
      'c',
      "Parameter 'P' must be one of AllowedValues: a, b (value: 'c')",
    ],
    [
      'a list item not allowed',
      { Type: 'CommaDelimitedList', AllowedValues: ['a', 'b'] },
      'a, c',
      "must be one of AllowedValues: a, b (value: 'a, c')",
    ],
    [
      'a value of another pattern',
      { Type: 'String', AllowedPattern: '[a-z]+' },
      'a1',
      "must match pattern [a-z]+ (value: 'a1')",
    ],
    [
      'a bad value, with its own message',
      { Type: 'String', AllowedPattern: 'x', ConstraintDescription: 'must be x' },
      'y',
      "Parameter 'P' must be x (value: 'y')",
    ],
    ['a short value', { Type: 'String', MinLength: 3 }, 'ab', 'must contain at least 3 characters'],
    ['a long value', { Type: 'String', MaxLength: '3' }, 'abcd', 'must contain at most 3 characters'],
    ['a huge value', { Type: 'String' }, 'x'.repeat(4097), 'must contain at most 4096 characters'],
    ['a value that is no number', { Type: 'Number' }, 'x', 'must be a number'],
    ['a small number', { Type: 'Number', MinValue: 3 }, '2', 'must be a number not less than 3'],
    ['a large number', { Type: 'List<Number>', MaxValue: 3 }, '1,4', 'must be a number not greater than 3'],
    ['a secret, without showing it', { Type: 'String', NoEcho: true, MinLength: 9 }, 'hush', "(value: '****')"],
    [
      'an SSM parameter that is not there',
      { Type: 'AWS::SSM::Parameter::Value<String>' },
      '/none',
      'Unable to fetch parameters [/none] from parameter store',
    ],
  ])('is refused for %s', async (_, definition, value, expected) => {
    expect(await refusal(withParameter(definition), value === undefined ? {} : { P: value })).toContain(expected);
  });

  it('is refused when the template does not have it', async () => {
    expect(await refusal(withParameter({ Type: 'String' }), { P: 'x', Q: 'y' })).toBe(
      'Parameters: [Q] do not exist in the template. Allowed: P.',
    );
  });

  async function refOf(definition: object, parameters: Record<string, string> = {}): Promise<unknown> {
    const aws = new World();
    aws.references.set('ssm:/name', 'one');
    aws.references.set('ssm:/list', 'one,two');
    let value: unknown;
    aws.behaviours.set('A', ({ request }) => {
      value = request.properties.Value;
      return undefined;
    });
    await aws.cloudFormation.deploy({ stackName: 'S', template: withParameter(definition), parameters });
    return value;
  }

  it('is the value of its Ref', async () => {
    expect(await refOf({ Type: 'String', Default: 'd' })).toBe('d');
    expect(await refOf({ Type: 'String', Default: 'd' }, { P: 'g' })).toBe('g');
    expect(await refOf({ Type: 'Number', Default: 3 })).toBe('3');
    expect(await refOf({ Type: 'CommaDelimitedList', Default: 'a, b' })).toEqual(['a', 'b']);
    expect(await refOf({ Type: 'CommaDelimitedList', Default: '' })).toEqual([]);
    expect(await refOf({ Type: 'AWS::EC2::VPC::Id', Default: 'vpc-1' })).toBe('vpc-1');
    expect(await refOf({ Type: 'AWS::SSM::Parameter::Value<String>', Default: '/name' })).toBe('one');
    expect(await refOf({ Type: 'AWS::SSM::Parameter::Value<List<String>>' }, { P: '/list' })).toEqual(['one', 'two']);
  });

  it('keeps its previous value when it is not given again', async () => {
    const aws = new World();
    const deploy = (parameters: Record<string, string>, Default: string) => {
      return aws.cloudFormation.deploy({
        stackName: 'S',
        template: withParameter({ Type: 'String', Default }),
        parameters,
      });
    };
    await deploy({ P: 'given' }, 'a');
    expect((await deploy({}, 'b')).unchanged).toBe(true);
    expect(aws.cloudFormation.describeStack('S')?.parameters).toEqual({ P: 'given' });
  });

  it('never shows its value when it is NoEcho', async () => {
    const aws = new World();
    const template = withParameter({ Type: 'String', NoEcho: 'true' });
    await aws.cloudFormation.deploy({ stackName: 'S', template, parameters: { P: 'hush' } });
    expect(aws.cloudFormation.describeStack('S')?.parameters).toEqual({ P: '****' });
  });
});
