import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { beforeAll, expect, test } from '@jest/globals';
import { type TestSandbox, testSandboxes } from '../helpers/open';

const open = testSandboxes('all');
let world: TestSandbox;

beforeAll(async () => {
  world = await open();
});

test('Secrets Manager keeps secrets and their previous value', async () => {
  const secrets = new SecretsManagerClient(world.client);
  const created = await secrets.send(new CreateSecretCommand({ Name: 'db', SecretString: '{"password":"one"}' }));
  expect(created.ARN).toMatch(/:secret:db-[A-Za-z0-9]{6}$/);
  await secrets.send(new PutSecretValueCommand({ SecretId: created.ARN, SecretString: '{"password":"two"}' }));
  const read = (VersionStage?: string) => secrets.send(new GetSecretValueCommand({ SecretId: 'db', VersionStage }));
  expect((await read()).SecretString).toBe('{"password":"two"}');
  expect((await read('AWSPREVIOUS')).SecretString).toBe('{"password":"one"}');
  expect(await secrets.send(new DescribeSecretCommand({ SecretId: 'db' }))).toMatchObject({
    Name: 'db',
    ARN: created.ARN,
  });
  await secrets.send(new DeleteSecretCommand({ SecretId: 'db', ForceDeleteWithoutRecovery: true }));
  await expect(read()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('parameters and secrets are resolved in templates', async () => {
  const outputs = await world.deploy({
    Resolved: {
      template: {
        Parameters: {
          Version: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/hnb659fds/version' },
        },
        Resources: {
          Generated: {
            Type: 'AWS::SecretsManager::Secret',
            Properties: {
              GenerateSecretString: {
                SecretStringTemplate: '{"username":"admin"}',
                GenerateStringKey: 'password',
                ExcludePunctuation: true,
                PasswordLength: 20,
              },
            },
          },
          Copy: {
            Type: 'AWS::SSM::Parameter',
            Properties: {
              Name: '/copy/user',
              Type: 'String',
              Value: {
                'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: 'Generated' }, ':SecretString:username::}}']],
              },
            },
          },
        },
        Outputs: {
          Version: { Value: { Ref: 'Version' } },
          User: { Value: { 'Fn::GetAtt': ['Copy', 'Value'] } },
          Secret: { Value: { Ref: 'Generated' } },
        },
      },
    },
  });
  expect(outputs).toMatchObject({ Version: '30', User: 'admin' });
  const secrets = new SecretsManagerClient(world.client);
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: outputs['Secret'] }));
  expect(JSON.parse(SecretString ?? '')).toMatchObject({
    username: 'admin',
    password: expect.stringMatching(/^\w{20}$/),
  });
});

test('stacks are visible to the CloudFormation client', async () => {
  const template = {
    Resources: { Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' } },
    Outputs: { Out: { Value: 'a & b', Export: { Name: 'exported' } } },
  };
  await world.deploy({ Shown: { template } });
  const client = new CloudFormationClient(world.client);
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'Shown' }));
  expect(Stacks?.[0]).toMatchObject({
    StackName: 'Shown',
    StackStatus: 'CREATE_COMPLETE',
    CreationTime: expect.any(Date),
    Outputs: [{ OutputKey: 'Out', OutputValue: 'a & b', ExportName: 'exported' }],
  });
  const { StackEvents } = await client.send(new DescribeStackEventsCommand({ StackName: 'Shown' }));
  expect(StackEvents?.[0]).toMatchObject({ LogicalResourceId: 'Shown', ResourceStatus: 'CREATE_COMPLETE' });
  const { StackResources } = await client.send(new DescribeStackResourcesCommand({ StackName: 'Shown' }));
  expect(StackResources).toMatchObject([{ LogicalResourceId: 'Handle', ResourceStatus: 'CREATE_COMPLETE' }]);
  const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName: 'Shown' }));
  expect(JSON.parse(TemplateBody ?? '')).toEqual(template);
  await expect(client.send(new DescribeStacksCommand({ StackName: 'Gone' }))).rejects.toMatchObject({
    name: 'ValidationError',
    message: 'Stack with id Gone does not exist',
  });
});
