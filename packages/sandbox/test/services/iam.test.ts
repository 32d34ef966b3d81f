import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect, test } from '@jest/globals';
import { evaluate } from '../../src/services/iam/evaluate';
import { parsePolicy } from '../../src/services/iam/policy-document';
import { testSandboxes } from '../helpers/open';
import { allow, role } from '../helpers/templates';
import { until } from '../helpers/until';

const open = testSandboxes('each');
const ARN = 'arn:aws:ssm:us-east-1:123456789012:parameter';

type Keys = Record<string, string | string[]>;

function decide(statement: object | object[], action: string, resource: string, keys: Keys = {}) {
  const unknown: string[] = [];
  const onUnknownCondition = ({ key }: { key: string }) => void unknown.push(key);
  const decision = evaluate(parsePolicy({ Statement: statement }), { action, resource, keys, onUnknownCondition });
  return [decision, ...unknown];
}

test.each([
  ['a wildcard in the action', allow('ssm:Get*'), 'allowed'],
  ['another case of the action', allow('SSM:getparameter'), 'allowed'],
  ['one character by ?', allow('ssm:GetParamete?', `${ARN}/a`), 'allowed'],
  ['another action', allow('ssm:PutParameter'), 'not-mentioned'],
  ['another resource', allow('ssm:GetParameter', `${ARN}/b`), 'not-mentioned'],
  ['NotAction', { Effect: 'Allow', NotAction: 'ssm:Put*', Resource: '*' }, 'allowed'],
  ['NotResource', { Effect: 'Allow', Action: '*', NotResource: `${ARN}/a` }, 'not-mentioned'],
  ['a Deny beside an Allow', [allow('*'), { Effect: 'Deny', Action: 'ssm:*', Resource: '*' }], 'denied'],
])('a policy is judged with %s', (_what, statement, expected) => {
  expect(decide(statement, 'ssm:GetParameter', `${ARN}/a`)).toEqual([expected]);
});

test('known conditions are judged, and the others are reported', () => {
  const conditional = (Condition: object) => ({ ...allow('*'), Condition });
  const keys = { 'aws:requestedregion': 'eu-west-1' };
  const judge = (condition: object) => decide(conditional(condition), 'a:b', '*', keys);
  expect(judge({ StringEquals: { 'aws:RequestedRegion': ['eu-west-1', 'eu-west-2'] } })).toEqual(['allowed']);
  expect(judge({ StringLike: { 'aws:RequestedRegion': 'us-*' } })).toEqual(['not-mentioned']);
  expect(judge({ StringEquals: { 'rds:database-tag/x': 'y' } })).toEqual(['allowed', 'rds:database-tag/x']);
  expect(judge({ NumericLessThan: { 'aws:RequestedRegion': '3' } })).toEqual(['allowed', 'aws:RequestedRegion']);
});

test.each([
  [['mine'], 'allowed'],
  [['mine', 'ours'], 'allowed'],
  [['mine', 'theirs'], 'not-mentioned'],
  [['theirs'], 'not-mentioned'],
])('a condition on all values of a key holds for %j as it does in IAM', (leadingKeys, expected) => {
  const Condition = {
    'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['mine', 'ours'] },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };
  const keys = { 'dynamodb:leadingkeys': leadingKeys };
  expect(decide({ ...allow('dynamodb:*'), Condition }, 'dynamodb:PutItem', '*', keys)).toEqual([expected]);
});

test('a condition on any value of a key holds when one is among them', () => {
  const Condition = { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': 'mine-*' } };
  const judge = (values: string[]) =>
    decide({ ...allow('*'), Condition }, 'a:b', '*', { 'dynamodb:leadingkeys': values });
  expect(judge(['theirs', 'mine-1'])).toEqual(['allowed']);
  expect(judge(['theirs'])).toEqual(['not-mentioned']);
});

test('a role may do what its inline, attached and managed policies allow, until they are removed', async () => {
  const world = await open();
  const template = (actions: string[]) => ({
    Resources: {
      Worker: role([allow('ssm:GetParameter', `${ARN}/mine/*`)], { RoleName: 'worker' }),
      Extra: {
        Type: 'AWS::IAM::Policy',
        Properties: { PolicyName: 'extra', PolicyDocument: { Statement: allow(actions) }, Roles: [{ Ref: 'Worker' }] },
      },
      Managed: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: { PolicyDocument: { Statement: allow('ssm:DeleteParameter') }, Roles: [{ Ref: 'Worker' }] },
      },
    },
  });
  await world.deploy({ Roles: { template: template(['ssm:PutParameter']) } });
  const sts = new STSClient(world.client);
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::123456789012:role/worker', RoleSessionName: 'test' }),
  );
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken,
  };
  const who = await new STSClient({ ...world.client, credentials }).send(new GetCallerIdentityCommand({}));
  expect(who.Arn).toBe('arn:aws:sts::123456789012:assumed-role/worker/test');

  const ssm = new SSMClient({ ...world.client, credentials });
  await ssm.send(new PutParameterCommand({ Name: '/mine/a', Value: '1', Type: 'String' }));
  await ssm.send(new GetParameterCommand({ Name: '/mine/a' }));
  await expect(ssm.send(new GetParameterCommand({ Name: '/other' }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message:
      'User: arn:aws:sts::123456789012:assumed-role/worker/test is not authorized to perform: ssm:GetParameter on ' +
      `resource: ${ARN}/other because no identity-based policy allows the ssm:GetParameter action`,
  });

  await world.deploy({ Roles: { template: template(['ssm:LabelParameterVersion']) } });
  const put = new PutParameterCommand({ Name: '/mine/a', Value: '2', Overwrite: true });
  await expect(ssm.send(put)).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

test('a change takes effect later under the assumption that says so', async () => {
  const world = await open({ assumptions: { 'iam-propagation-ms': '3000' } });
  await world.deploy({ Roles: { template: { Resources: { Late: role([allow('ssm:*')], { RoleName: 'late' }) } } } });
  const sts = new STSClient(world.client);
  const assume = new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::123456789012:role/late', RoleSessionName: 's' });
  const { Credentials } = await sts.send(assume);
  const ssm = new SSMClient({
    ...world.client,
    credentials: { accessKeyId: Credentials?.AccessKeyId ?? '', secretAccessKey: 'x', sessionToken: 'y' },
  });
  const put = () => ssm.send(new PutParameterCommand({ Name: 'p', Value: '1', Type: 'String', Overwrite: true }));
  await expect(put()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  const outcome = () =>
    put().then(
      ({ Version }) => Version,
      ({ name }: Error) => name,
    );
  expect(await until(outcome, (seen) => seen !== 'AccessDeniedException')).toBe(1);
});

test('the host has all permissions of the account', async () => {
  const world = await open();
  const who = await new STSClient(world.client).send(new GetCallerIdentityCommand({}));
  expect(who).toMatchObject({ Account: '123456789012', Arn: 'arn:aws:iam::123456789012:root' });
});
