import {
  DeleteParameterCommand,
  DeleteParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  LabelParameterVersionCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { beforeAll, expect, test } from '@jest/globals';
import { writeAssembly } from '../helpers/assembly';
import { testSandboxes } from '../helpers/open';

const open = testSandboxes('all');
let ssm: SSMClient;

beforeAll(async () => {
  ssm = new SSMClient((await open()).client);
});

const put = (Name: string, Value: string, extra: object = {}) =>
  ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', ...extra }));
const get = async (Name: string) => (await ssm.send(new GetParameterCommand({ Name }))).Parameter;

test('Parameter Store writes versions and reads them by number and label', async () => {
  expect(await put('/v/a', 'one')).toMatchObject({ Version: 1, Tier: 'Standard' });
  await expect(put('/v/a', 'two')).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
  expect(await put('/v/a', 'two', { Overwrite: true })).toMatchObject({ Version: 2 });
  await ssm.send(new LabelParameterVersionCommand({ Name: '/v/a', ParameterVersion: 1, Labels: ['blue', '1bad'] }));
  expect(await get('/v/a')).toMatchObject({ Value: 'two', Version: 2 });
  expect(await get('/v/a:1')).toMatchObject({ Value: 'one', Version: 1, Selector: ':1' });
  expect(await get('/v/a:blue')).toMatchObject({ Value: 'one' });
  await ssm.send(new LabelParameterVersionCommand({ Name: '/v/a', Labels: ['blue'] }));
  expect(await get('/v/a:blue')).toMatchObject({ Value: 'two' });
  await expect(get('/v/a:9')).rejects.toMatchObject({ name: 'ParameterVersionNotFound' });
  await expect(get('/v/none')).rejects.toMatchObject({ name: 'ParameterNotFound' });
});

test('Parameter Store checks a value against the pattern that comes with it, also from a template', async () => {
  expect(await put('/pattern/a', '12', { AllowedPattern: '^\\d+$' })).toMatchObject({ Version: 1 });
  await expect(put('/pattern/b', 'x2', { AllowedPattern: '^\\d+$' })).rejects.toMatchObject({
    name: 'ParameterPatternMismatchException',
    message: 'Parameter value, cannot be validated against allowedPattern: ^\\d+$',
  });
  await expect(put('/pattern/b', 'x', { AllowedPattern: '(' })).rejects.toMatchObject({
    name: 'InvalidAllowedPatternException',
  });

  const { sandbox } = await open();
  const parameter = {
    Type: 'AWS::SSM::Parameter',
    Properties: { Type: 'String', Value: 'x2', AllowedPattern: '^\\d+$' },
  };
  const [result] = await sandbox.deploy({
    assembly: writeAssembly({ Web: { template: { Resources: { P: parameter } } } }),
  });
  expect(result?.status).toBe('ROLLBACK_COMPLETE');
  expect(result?.events.find(({ status }) => status === 'CREATE_FAILED')?.reason).toMatch(/against allowedPattern/);
});

test('Parameter Store enforces the rules of types and tiers', async () => {
  await put('/t/a', 'x');
  await expect(put('/t/a', 'x', { Type: 'SecureString', Overwrite: true })).rejects.toMatchObject({
    name: 'HierarchyTypeMismatch',
  });
  await expect(put('/t/b', 'x'.repeat(5000))).rejects.toMatchObject({ name: 'ValidationException' });
  expect(await put('/t/b', 'x'.repeat(5000), { Tier: 'Advanced' })).toMatchObject({ Tier: 'Advanced' });
  await expect(put('/aws/x', 'x')).rejects.toMatchObject({ name: 'ValidationException' });
});

test('Parameter Store reads several parameters, and those below a path, in pages', async () => {
  for (const name of ['/p/a', '/p/b', '/p/c/d']) await put(name, name);
  const several = await ssm.send(new GetParametersCommand({ Names: ['/p/a', '/p/zz'] }));
  expect([several.Parameters?.length, several.InvalidParameters]).toEqual([1, ['/p/zz']]);
  const flat = await ssm.send(new GetParametersByPathCommand({ Path: '/p' }));
  expect(flat.Parameters?.map(({ Name }) => Name)).toEqual(['/p/a', '/p/b']);
  const deep = await ssm.send(new GetParametersByPathCommand({ Path: '/p', Recursive: true, MaxResults: 2 }));
  const rest = await ssm.send(
    new GetParametersByPathCommand({ Path: '/p', Recursive: true, NextToken: deep.NextToken, MaxResults: 2 }),
  );
  expect(rest.Parameters?.map(({ Name }) => Name)).toEqual(['/p/c/d']);
});

test('Parameter Store deletes parameters', async () => {
  await put('/d/a', 'x');
  await ssm.send(new DeleteParameterCommand({ Name: '/d/a' }));
  await expect(ssm.send(new DeleteParameterCommand({ Name: '/d/a' }))).rejects.toMatchObject({
    name: 'ParameterNotFound',
  });
  const many = await ssm.send(new DeleteParametersCommand({ Names: ['/p/a', '/p/zz'] }));
  expect(many).toMatchObject({ DeletedParameters: ['/p/a'], InvalidParameters: ['/p/zz'] });
});

test('Parameter Store has the parameter that CDK templates ask for', async () => {
  expect(Number((await get('/cdk-bootstrap/hnb659fds/version'))?.Value)).toBeGreaterThanOrEqual(21);
});
