import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { DatabaseMigrations, MigrationTarget } from '../../lib';
import { auroraCluster, CREATE_PLANS, CREATE_USERS, folderWith, Synthesized, testStack } from './support';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** They take no ARN in a policy, see aws-facts DDB-18. */
const READS_SCALING = ['Targets', 'Policies', 'Actions'].map(
  (what, index) => `application-autoscaling:Describe${['Scalable', 'Scaling', 'Scheduled'][index]}${what}`,
);
const CHANGES_ALARMS = ['cloudwatch:DeleteAlarms', 'cloudwatch:DescribeAlarms', 'cloudwatch:PutMetricAlarm'];

describe('the permissions', () => {
  let template: Synthesized;
  const ledger = () => ({ 'Fn::GetAtt': [template.one('AWS::DynamoDB::Table')[0], 'Arn'] });
  const functionArn = (name: string) => ({ 'Fn::GetAtt': [template.one('AWS::Lambda::Function', name)[0], 'Arn'] });
  const logs = () => ({
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: { 'Fn::GetAtt': [template.one('AWS::Logs::LogGroup')[0], 'Arn'] },
  });

  beforeAll(() => {
    const stack = testStack();
    const secret = secretsmanager.Secret.fromSecretAttributes(stack, 'Owner', {
      secretPartialArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:owner',
      encryptionKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/k1'),
    });
    const orders = dynamodb.Table.fromTableName(stack, 'Orders', 'orders');
    new DatabaseMigrations(stack, 'Db', {
      migrationsPath: folderWith({ ...CREATE_USERS, ...CREATE_PLANS }),
      targets: {
        users: MigrationTarget.aurora(auroraCluster(stack), { databaseName: 'shop', secret }),
        meals: MigrationTarget.dynamodb({ tableNamePrefix: 'shop-', tables: { orders } }),
      },
    });
    template = new Synthesized(stack);
  });

  it('no permission names every resource, but where the service knows no resources', () => {
    const policies = template.ids('AWS::IAM::Policy');
    const tooWide = policies.filter((id) =>
      statements(template, id)
        .filter(({ Action }) => ![...READS_SCALING, ...CHANGES_ALARMS].includes([Action].flat()[0]!))
        .some(({ Resource }) => [Resource].flat().includes('*')),
    );

    expect(policies).not.toEqual([]);
    expect(tooWide).toEqual([]);
    expect(JSON.stringify([...template.resources.values()].map(({ Properties }) => Properties))).not.toContain(
      'ManagedPolicyArns',
    );
  });

  it('OnEvent may record a request and start its execution', () => {
    expect(of(template, 'OnEventRole')).toEqual([
      logs(),
      {
        Action: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
        Resource: ledger(),
      },
      { Action: 'states:StartExecution', Resource: { Ref: template.one('AWS::StepFunctions::StateMachine')[0] } },
    ]);
  });

  it('Respond may read an outcome and record that it was sent', () => {
    expect(of(template, 'RespondRole')).toEqual([
      logs(),
      { Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], Resource: ledger() },
    ]);
  });

  it('Tick may write the ledger, view its own stack, claim databases and read bundles', () => {
    expect(of(template, 'TickRole')).toEqual([
      logs(),
      {
        Action: [
          'dynamodb:GetItem',
          'dynamodb:Query',
          'dynamodb:PutItem',
          'dynamodb:UpdateItem',
          'dynamodb:BatchGetItem',
          'dynamodb:ConditionCheckItem',
          'dynamodb:DeleteItem',
        ],
        Resource: ledger(),
      },
      {
        Action: ['cloudformation:DescribeStacks', 'cloudformation:DescribeStackEvents'],
        Resource: { Ref: 'AWS::StackId' },
      },
      {
        Action: ['ssm:GetParameter', 'ssm:PutParameter', 'ssm:DeleteParameter'],
        Resource: arnEnding(':parameter/cdk-migrations/claims/*'),
      },
      { Action: 's3:GetObject', Resource: arnEnding('/*') },
    ]);
  });

  it('Tick may use the Data API of an Aurora target, its secret and the key of the secret', () => {
    const [data, read, decrypt, ...rest] = of(template, 'Targetusers');

    expect(data!.Action).toEqual([
      'rds-data:ExecuteStatement',
      'rds-data:BatchExecuteStatement',
      'rds-data:BeginTransaction',
      'rds-data:CommitTransaction',
      'rds-data:RollbackTransaction',
    ]);
    expect(JSON.stringify(data!.Resource)).toContain(JSON.stringify({ Ref: template.one('AWS::RDS::DBCluster')[0] }));
    expect(read).toEqual({
      Action: 'secretsmanager:GetSecretValue',
      Resource: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:owner-??????',
    });
    expect(decrypt).toMatchObject({
      Action: 'kms:Decrypt',
      Resource: 'arn:aws:kms:eu-west-1:111122223333:key/k1',
      Condition: { StringEquals: { 'kms:ViaService': expect.anything() } },
    });
    expect(rest).toEqual([]);
  });

  it('Tick may change the existing tables of a DynamoDB target, and create and delete those with its prefix', () => {
    expect(of(template, 'Targetmeals')).toEqual([
      { Action: ['dynamodb:DescribeTable', 'dynamodb:UpdateTable'], Resource: arnEnding(':table/orders') },
      {
        Action: ['dynamodb:DescribeTable', 'dynamodb:UpdateTable', 'dynamodb:CreateTable', 'dynamodb:DeleteTable'],
        Resource: arnEnding(':table/shop-*'),
      },
      { Action: READS_SCALING, Resource: '*' },
      {
        Action: [
          'application-autoscaling:RegisterScalableTarget',
          'application-autoscaling:PutScalingPolicy',
          'application-autoscaling:PutScheduledAction',
        ],
        Resource: arnEnding(':scalable-target/*'),
        Condition: {
          StringEquals: {
            'application-autoscaling:scalable-dimension': [
              'dynamodb:index:ReadCapacityUnits',
              'dynamodb:index:WriteCapacityUnits',
            ],
          },
        },
      },
      { Action: CHANGES_ALARMS, Resource: '*', Condition: { Bool: { 'aws:ViaAWSService': 'true' } } },
    ]);
  });

  it('Tick may scale indexes only where a table may have provisioned throughput', () => {
    const partitionKey = { name: 'id', type: dynamodb.AttributeType.STRING };
    const onDemand = dynamodb.BillingMode.PAY_PER_REQUEST;
    const tables: readonly ((stack: Stack) => Record<string, dynamodb.ITable>)[] = [
      () => ({}),
      (stack) => ({ orders: new dynamodb.Table(stack, 'Orders', { partitionKey, billingMode: onDemand }) }),
      (stack) => ({ orders: new dynamodb.TableV2(stack, 'Orders', { partitionKey }) }),
      (stack) => ({ orders: new dynamodb.Table(stack, 'Orders', { partitionKey }) }),
      (stack) => ({ orders: dynamodb.Table.fromTableName(stack, 'Orders', 'orders') }),
    ];
    const scales = tables.map((tablesOf) => {
      const stack = testStack();
      new DatabaseMigrations(stack, 'Db', {
        migrationsPath: folderWith(CREATE_PLANS),
        targets: { meals: MigrationTarget.dynamodb({ tableNamePrefix: 'shop-', tables: tablesOf(stack) }) },
      });
      return JSON.stringify(of(new Synthesized(stack), 'Targetmeals')).includes('autoscaling');
    });

    expect(scales).toEqual([false, false, false, true, true]);
  });

  it('the machine may call the two functions that work and answer', () => {
    expect(of(template, 'MachineRole')).toEqual([
      { Action: 'lambda:InvokeFunction', Resource: [functionArn('Tick'), functionArn('Respond')] },
    ]);
  });

  it('the policy of a target stays in force in a rollback, because it has a new id when it changes, and only then', () => {
    const ids = [{}, { tables: ['a'] }, { tables: ['a'], other: true }].map(({ tables = [], other }) => {
      const stack = testStack();
      const imported = tables.map((name) => [name, dynamodb.Table.fromTableName(stack, name, name)]);
      new DatabaseMigrations(stack, 'Db', {
        migrationsPath: folderWith(CREATE_PLANS),
        targets: {
          meals: MigrationTarget.dynamodb({ tableNamePrefix: 'shop-', tables: Object.fromEntries(imported) }),
          ...(other && { stock: MigrationTarget.dynamodb({ tableNamePrefix: 'stock-' }) }),
        },
      });
      return new Synthesized(stack).one('AWS::IAM::Policy', 'Targetmeals')[0];
    });

    expect(ids[0]).not.toBe(ids[1]);
    expect(ids[1]).toBe(ids[2]);
  });
});

function of(template: Synthesized, policy: string): Omit<Statement, 'Effect'>[] {
  return statements(template, template.one('AWS::IAM::Policy', policy)[0]);
}

function statements(template: Synthesized, id: string): Statement[] {
  const found = template.resources.get(id)!.Properties.PolicyDocument.Statement as (Statement & { Effect: string })[];
  return found.map(({ Effect, ...statement }) => statement);
}

/** Matches an ARN built from pseudo parameters that ends like this. */
function arnEnding(end: string): unknown {
  const parts = { end, asymmetricMatch: (actual: unknown[]) => String(actual.at(-1)).endsWith(end) };
  return { 'Fn::Join': ['', parts] };
}
