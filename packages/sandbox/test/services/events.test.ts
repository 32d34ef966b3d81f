import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { matchesPattern } from '../../src/services/events/pattern';
import { targetPayload } from '../../src/services/events/target-input';
import { testSandboxes } from '../helpers/open';
import { allow, functions, role } from '../helpers/templates';

const open = testSandboxes('each');

test.each([
  ['an exact value', { a: ['x', 'y'] }, true],
  ['a missing value', { b: ['x'] }, false],
  ['nested fields', { in: { n: [{ numeric: ['>', 1, '<=', 5] }] } }, true],
  ['a number out of range', { in: { n: [{ numeric: ['<', 1] }] } }, false],
  ['a prefix', { a: [{ prefix: 'x' }] }, true],
  ['anything but', { a: [{ 'anything-but': ['z'] }] }, true],
  ['anything but a prefix', { a: [{ 'anything-but': { prefix: 'x' } }] }, false],
  ['presence', { a: [{ exists: true }], zz: [{ exists: false }] }, true],
  ['a wildcard', { long: [{ wildcard: 'arn:*:stack/My-*' }] }, true],
  ['one of a list in the event', { list: ['two'] }, true],
  ['alternatives of fields', { $or: [{ a: ['no'] }, { list: ['one'] }] }, true],
])('a pattern is judged with %s', (_what, pattern, expected) => {
  const event = { a: 'x', in: { n: 5 }, list: ['one', 'two'], long: 'arn:aws:stack/My-App' };
  const unknown: string[] = [];
  expect(matchesPattern(pattern, event, (operator) => unknown.push(operator))).toBe(expected);
  expect(unknown).toEqual([]);
});

test('an unknown operator is reported', () => {
  const unknown: string[] = [];
  expect(matchesPattern({ a: [{ cidr: '10.0.0.0/8' }] }, { a: 'x' }, (operator) => unknown.push(operator))).toBe(false);
  expect(unknown).toEqual(['cidr']);
});

test('the input of a target is shaped as its rule says', () => {
  const event = { id: '1', detail: { 'stack-id': 'arn:s', n: 3, word: 'say "hi"' } };
  const payload = (input: Parameters<typeof targetPayload>[2]) => JSON.parse(targetPayload(event, 'arn:rule/r', input));
  expect(payload({})).toEqual(event);
  expect(payload({ input: '{"fixed":true}' })).toEqual({ fixed: true });
  expect(payload({ inputPath: "$.detail['stack-id']" })).toBe('arn:s');
  const transformer = {
    paths: { n: '$.detail.n', word: '$.detail.word' },
    template: '{"n": <n>, "text": "got <word> by <aws.events.rule-name>", "whole": <word>}',
  };
  expect(payload({ transformer })).toEqual({ n: 3, text: 'got say "hi" by r', whole: 'say "hi"' });
});

const rule = (targets: object[], detail: object = {}) => ({
  Type: 'AWS::Events::Rule',
  Properties: {
    EventPattern: {
      source: ['aws.cloudformation'],
      'detail-type': ['CloudFormation Stack Status Change'],
      detail: { 'status-details': { status: ['CREATE_COMPLETE'] }, ...detail },
    },
    Targets: targets,
  },
});

test('stack status changes are delivered to functions that permit it, and to state machines', async () => {
  const world = await open();
  const target = { Arn: { 'Fn::GetAtt': ['Heard', 'Arn'] }, Id: 't' };
  const machine = {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      DefinitionString: {
        'Fn::Sub': [
          JSON.stringify({
            StartAt: 'Tell',
            States: { Tell: { Type: 'Task', Resource: 'TARGET', End: true } },
          }).replace('TARGET', ['$', '{Target}'].join('')),
          { Target: { 'Fn::GetAtt': ['Heard', 'Arn'] } },
        ],
      },
      RoleArn: { 'Fn::GetAtt': ['MachineRole', 'Arn'] },
    },
  };
  const stack = functions(
    { Heard: { code: 'exports.handler = async (event) => console.log(JSON.stringify(event));' } },
    {
      MachineRole: role([allow('lambda:InvokeFunction')]),
      StarterRole: role([allow('states:StartExecution')]),
      Machine: machine,
      ToFunction: rule([target]),
      ToMachine: rule([
        {
          Arn: { Ref: 'Machine' },
          Id: 'm',
          RoleArn: { 'Fn::GetAtt': ['StarterRole', 'Arn'] },
          InputPath: '$.detail.status-details.status',
        },
      ]),
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          FunctionName: { 'Fn::GetAtt': ['Heard', 'Arn'] },
          Action: 'lambda:InvokeFunction',
          Principal: 'events.amazonaws.com',
          SourceArn: { 'Fn::GetAtt': ['ToFunction', 'Arn'] },
        },
      },
    },
  );
  await world.deploy({ Listening: stack });
  await world.sandbox.settle();
  const lines = readFileSync(join(world.stateDir, 'logs/Heard.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(2);
  expect(lines).toContain('CREATE_COMPLETE');
  const event = lines.find((line) => typeof line === 'object');
  expect(event).toMatchObject({
    source: 'aws.cloudformation',
    'detail-type': 'CloudFormation Stack Status Change',
    account: '123456789012',
    detail: {
      'stack-id': expect.stringContaining(':stack/Listening/'),
      'status-details': { status: 'CREATE_COMPLETE' },
    },
  });
  expect(event.resources).toEqual([event.detail['stack-id']]);
});

test('an event is not delivered to a function without permission, and a warning says so', async () => {
  const world = await open();
  const target = { Arn: { 'Fn::GetAtt': ['Deaf', 'Arn'] }, Id: 't' };
  const stack = functions(
    { Deaf: { code: `exports.handler = async () => console.log('heard');` } },
    { Rule: rule([target]) },
  );
  await world.deploy({ Silent: stack });
  await world.sandbox.settle();
  expect(world.logs).toEqual([]);
  expect(world.warnings).toContainEqual(
    expect.stringContaining('has no AWS::Lambda::Permission for events.amazonaws.com'),
  );
});
