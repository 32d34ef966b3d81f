import { describe, expect, it } from '@jest/globals';
import type { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { DatabaseMigrations, type DatabaseMigrationsProps, MigrationTarget } from '../../lib';
import { CREATE_PLANS, folderWith, Synthesized, testStack } from './support';

const migrationsPath = folderWith(CREATE_PLANS);

function synth(props: (stack: Stack) => Partial<DatabaseMigrationsProps>): Synthesized {
  const stack = testStack();
  const targets = { meals: MigrationTarget.dynamodb({ tableNamePrefix: 'shop-' }) };
  new DatabaseMigrations(stack, 'Db', { migrationsPath, targets, ...props(stack) });
  return new Synthesized(stack);
}

const functions = (template: Synthesized) =>
  template.ids('AWS::Lambda::Function').map((id) => template.resources.get(id)!.Properties);
const statements = (template: Synthesized, role: string) =>
  template.one('AWS::IAM::Policy', role)[1].Properties.PolicyDocument.Statement;

describe('the functions', () => {
  it('run in a given VPC, its subnets and security groups, and may have their network interfaces', () => {
    const template = synth((stack) => {
      const vpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 1, maxAzs: 2 });
      return {
        vpc,
        vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
        securityGroups: [new ec2.SecurityGroup(stack, 'Out', { vpc })],
      };
    });
    const [group] = template.one('AWS::EC2::SecurityGroup', 'Out');
    const subnets = template.ids('AWS::EC2::Subnet').filter((id) => id.includes('PrivateSubnet'));

    expect(functions(template)).toHaveLength(5);
    for (const { VpcConfig } of functions(template)) {
      expect(VpcConfig).toEqual({
        SubnetIds: subnets.map((Ref) => ({ Ref })),
        SecurityGroupIds: [{ 'Fn::GetAtt': [group, 'GroupId'] }],
      });
    }
    for (const role of ['OnEventRole', 'TickRole', 'RespondRole', 'UndeliveredRole']) {
      const network = statements(template, role).find(({ Resource }: { Resource: unknown }) => Resource === '*');
      expect(network.Action).toContain('ec2:CreateNetworkInterface');
    }
    expect(template.cycles()).toEqual([]);
  });

  it('have their concurrency reserved', () => {
    const template = synth(() => ({ reservedConcurrentExecutions: 3 }));

    expect(functions(template).map(({ ReservedConcurrentExecutions }) => ReservedConcurrentExecutions)).toEqual([
      // As many workers as there may be, or Lambda would refuse some.
      3, 3, 3, 10, 3,
    ]);
  });

  it('send to a given queue what could be delivered to none of them', () => {
    const template = synth((stack) => ({ deadLetterQueue: new sqs.Queue(stack, 'Lost') }));
    const arn = { 'Fn::GetAtt': [template.one('AWS::SQS::Queue')[0], 'Arn'] };

    expect(template.one('AWS::Lambda::Function', 'Undelivered')[1].Properties.DeadLetterConfig).toEqual({
      TargetArn: arn,
    });
    expect(template.one('AWS::Events::Rule')[1].Properties.Targets[0].DeadLetterConfig).toEqual({ Arn: arn });
    expect(statements(template, 'UndeliveredRole')).toContainEqual({
      Effect: 'Allow',
      Action: 'sqs:SendMessage',
      Resource: arn,
    });
  });
});

it('a given key encrypts the log group', () => {
  const template = synth((stack) => ({ logEncryptionKey: new kms.Key(stack, 'Key') }));

  expect(template.one('AWS::Logs::LogGroup')[1].Properties.KmsKeyId).toEqual({
    'Fn::GetAtt': [template.one('AWS::KMS::Key')[0], 'Arn'],
  });
});

it('a given boundary is that of every role', () => {
  const template = synth((stack) => ({
    permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'developers'),
  }));
  const roles = template.ids('AWS::IAM::Role');

  expect(roles.length).toBeGreaterThanOrEqual(5);
  for (const id of roles) {
    expect(JSON.stringify(template.resources.get(id)!.Properties.PermissionsBoundary)).toContain(':policy/developers');
  }
});

it.each<[string, (stack: Stack) => Partial<DatabaseMigrationsProps>, string]>([
  ['subnets without a VPC', () => ({ vpcSubnets: {} }), 'vpcSubnets has no effect without vpc.'],
  ['security groups without a VPC', () => ({ securityGroups: [] }), 'securityGroups has no effect without vpc.'],
  ['one reserved execution', () => ({ reservedConcurrentExecutions: 1 }), 'a whole number, at least 2, got 1:'],
  ['half an execution', () => ({ reservedConcurrentExecutions: 2.5 }), 'a whole number, at least 2, got 2.5:'],
])('%s are refused', (_, props, message) => {
  expect(() => synth(props)).toThrow(message);
});
