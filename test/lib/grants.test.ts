import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { DatabaseMigrations, type DynamoDbTargetOptions, MigrationTarget } from '../../lib';
import { auroraCluster, CREATE_PLANS, CREATE_USERS, folderWith, INDEX_ORDERS, Synthesized, testStack } from './support';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** And the partitions in which its workers keep what takes changes back. */
const ownScopeAndImages = {
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['Stack/Db', 'Stack/Db#images#*'] },
  Null: { 'dynamodb:LeadingKeys': 'false' },
};

/** In a ledger that scopes share, the items of one of them. */
const ownScope = {
  'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['Stack/Db'] },
  Null: { 'dynamodb:LeadingKeys': 'false' },
};

/** What data migrations do with the items of a table. */
const ITEM_ACTIONS = [
  ...['Scan', 'BatchGetItem', 'BatchWriteItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
  ...['PartiQLInsert', 'PartiQLUpdate'],
].map((name) => `dynamodb:${name}`);

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

  const start = () => ({
    Action: 'states:StartExecution',
    Resource: { Ref: template.one('AWS::StepFunctions::StateMachine')[0] },
  });
  const assetBucket = (end = '') => ({
    'Fn::Join': [
      '',
      [
        'arn:',
        { Ref: 'AWS::Partition' },
        ':s3:::',
        expect.objectContaining({ 'Fn::Sub': expect.any(String) }),
        end,
      ].filter((part) => part !== ''),
    ],
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

  it('names every resource only where AWS knows no other, and attaches no policy of AWS', () => {
    const policies = [...template.ids('AWS::IAM::Policy'), ...template.ids('AWS::IAM::ManagedPolicy')];
    const onEverything = policies.flatMap((id) =>
      statements(template, id).filter(({ Resource }) => [Resource].flat().includes('*')),
    );

    expect(policies).toHaveLength(8);
    expect(onEverything.flatMap(({ Action }) => Action).sort()).toEqual([
      ...READS_SCALING.slice().sort(),
      ...CHANGES_ALARMS,
      'dynamodb:ListBackups',
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
      'xray:GetSamplingRules',
      'xray:GetSamplingTargets',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ]);
    expect(JSON.stringify([...template.resources.values()].map(({ Properties }) => Properties))).not.toContain(
      'ManagedPolicyArns',
    );
  });

  it('OnEvent may record a request and start its execution, and Lambda may hand on what it cannot', () => {
    const undelivered = functionArn('Undelivered');

    expect(of(template, 'OnEventRole')).toEqual([
      logs(),
      {
        Action: 'lambda:InvokeFunction',
        Resource: undelivered,
      },
      start(),
      { Action: 'dynamodb:PutItem', Resource: ledger(), Condition: ownScope },
    ]);
  });

  it('Undelivered may record a request and start its execution', () => {
    expect(of(template, 'UndeliveredRole')).toEqual([
      logs(),
      start(),
      { Action: 'dynamodb:PutItem', Resource: ledger(), Condition: ownScope },
    ]);
  });

  it('Respond may read an outcome and record that it was sent', () => {
    expect(of(template, 'RespondRole')).toEqual([
      logs(),
      { Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], Resource: ledger(), Condition: ownScope },
    ]);
  });

  it('Tick may protect the ledger, view its own stack, claim databases and read bundles, decrypted', () => {
    expect(of(template, 'TickRole')).toEqual([
      logs(),
      { Action: ['dynamodb:DescribeTable', 'dynamodb:UpdateTable'], Resource: ledger() },
      {
        Action: ['cloudformation:DescribeStacks', 'cloudformation:DescribeStackEvents'],
        Resource: { Ref: 'AWS::StackId' },
      },
      {
        Action: ['ssm:GetParameter', 'ssm:GetParametersByPath', 'ssm:PutParameter', 'ssm:DeleteParameter'],
        Resource: arnEnding(':parameter/cdk-migrations/claims/*'),
      },
      { Action: 's3:GetObject', Resource: arnEnding('/*') },
      {
        Action: 'kms:Decrypt',
        Resource: arnEnding(':key/*'),
        Condition: {
          StringEquals: { 'kms:ViaService': { 'Fn::Join': ['', ['s3.', { Ref: 'AWS::Region' }, '.amazonaws.com']] } },
          StringLike: { 'kms:EncryptionContext:aws:s3:arn': [assetBucket(), assetBucket('/*')] },
        },
      },
    ]);
  });

  it("Tick may write its own scope's part of the ledger", () => {
    expect(targets(template)[0]).toEqual({
      Action: [
        'dynamodb:GetItem',
        'dynamodb:BatchGetItem',
        'dynamodb:Query',
        'dynamodb:PutItem',
        'dynamodb:UpdateItem',
        'dynamodb:DeleteItem',
        'dynamodb:ConditionCheckItem',
        'dynamodb:BatchWriteItem',
      ],
      Resource: ledger(),
      Condition: ownScopeAndImages,
    });
  });

  it('of a given ledger, no function may do more than that', () => {
    const stack = testStack();
    new DatabaseMigrations(stack, 'Db', {
      migrationsPath: folderWith(CREATE_PLANS),
      targets: { meals: MigrationTarget.dynamodb({ tableNamePrefix: 'shop-' }) },
      ledgerTable: dynamodb.Table.fromTableName(stack, 'Shared', 'all-migrations'),
    });
    const shared = new Synthesized(stack);
    const onLedger = [...shared.ids('AWS::IAM::Policy'), ...shared.ids('AWS::IAM::ManagedPolicy')]
      .flatMap((id) => statements(shared, id))
      .filter(({ Resource }) => JSON.stringify(Resource).includes('all-migrations'));

    expect(onLedger).toHaveLength(4);
    const allowed = [ownScope, ownScopeAndImages].map((condition) => JSON.stringify(condition));
    expect(onLedger.filter(({ Condition }) => !allowed.includes(JSON.stringify(Condition)))).toEqual([]);
  });

  it('Tick may use the Data API of an Aurora target, its secret and the key of the secret', () => {
    const [, data, describe, read, decrypt] = targets(template);

    expect(data!.Action).toEqual([
      'rds-data:ExecuteStatement',
      'rds-data:BeginTransaction',
      'rds-data:CommitTransaction',
      'rds-data:RollbackTransaction',
    ]);
    expect(describe).toEqual({ Action: 'rds:DescribeDBClusters', Resource: data!.Resource });
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
  });

  it('Tick may change the existing tables of a DynamoDB target, and create and delete those with its prefix', () => {
    const change = [
      ...['dynamodb:DescribeTable', 'dynamodb:UpdateTable', 'dynamodb:DescribeTimeToLive', 'dynamodb:UpdateTimeToLive'],
      ...['dynamodb:DescribeContinuousBackups', 'dynamodb:UpdateContinuousBackups', 'dynamodb:ListTagsOfResource'],
      ...['dynamodb:TagResource', 'dynamodb:UntagResource'],
      ...ITEM_ACTIONS,
    ];
    const own = [
      ...['dynamodb:CreateTable', 'dynamodb:DeleteTable', 'dynamodb:CreateBackup'],
      ...['dynamodb:PutResourcePolicy', 'dynamodb:GetResourcePolicy'],
      ...['dynamodb:DescribeContributorInsights', 'dynamodb:UpdateContributorInsights'],
    ];

    expect(targets(template).slice(5)).toEqual([
      { Action: change, Resource: arnEnding(':table/orders') },
      { Action: [...change, ...own], Resource: arnEnding(':table/shop-*') },
      { Action: 'dynamodb:ListBackups', Resource: '*' },
      linkedRole('contributorinsights.dynamodb.amazonaws.com'),
      { Action: READS_SCALING, Resource: '*' },
      {
        Action: [
          'application-autoscaling:RegisterScalableTarget',
          'application-autoscaling:PutScalingPolicy',
          'application-autoscaling:PutScheduledAction',
          'application-autoscaling:DeregisterScalableTarget',
          'application-autoscaling:DeleteScalingPolicy',
          'application-autoscaling:DeleteScheduledAction',
        ],
        Resource: arnEnding(':scalable-target/*'),
        Condition: {
          StringEquals: {
            'application-autoscaling:scalable-dimension': [
              'dynamodb:table:ReadCapacityUnits',
              'dynamodb:table:WriteCapacityUnits',
              'dynamodb:index:ReadCapacityUnits',
              'dynamodb:index:WriteCapacityUnits',
            ],
          },
        },
      },
      { Action: CHANGES_ALARMS, Resource: '*', Condition: { Bool: { 'aws:ViaAWSService': 'true' } } },
      linkedRole('dynamodb.application-autoscaling.amazonaws.com'),
    ]);
  });

  it('Tick may scale only where a table may have provisioned throughput', () => {
    const partitionKey = { name: 'id', type: dynamodb.AttributeType.STRING };
    const onDemand = dynamodb.BillingMode.PAY_PER_REQUEST;
    const tables: readonly ((stack: Stack) => dynamodb.ITable)[] = [
      (stack) => new dynamodb.Table(stack, 'Orders', { partitionKey, billingMode: onDemand }),
      (stack) => new dynamodb.TableV2(stack, 'Orders', { partitionKey }),
      (stack) => new dynamodb.Table(stack, 'Orders', { partitionKey }),
      (stack) => dynamodb.Table.fromTableName(stack, 'Orders', 'orders'),
    ];
    const scales = (options: (stack: Stack) => DynamoDbTargetOptions, files: Readonly<Record<string, string>>) => {
      const stack = testStack();
      const meals = MigrationTarget.dynamodb(options(stack));
      new DatabaseMigrations(stack, 'Db', { migrationsPath: folderWith(files), targets: { meals } });
      return JSON.stringify(targets(new Synthesized(stack))).includes('autoscaling');
    };

    expect(tables.map((table) => scales((stack) => ({ tables: { orders: table(stack) } }), INDEX_ORDERS))).toEqual([
      ...[false, false, true, true],
    ]);
    expect(scales(() => ({ tableNamePrefix: 'shop-' }), CREATE_PLANS)).toBe(true);
  });

  it('Tick may create tables with the key that they get by default, through DynamoDB', () => {
    const stack = testStack();
    const encryptionKey = new kms.Key(stack, 'Key');
    const tableDefaults = { encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED, encryptionKey };
    new DatabaseMigrations(stack, 'Db', {
      migrationsPath: folderWith(CREATE_PLANS),
      targets: { meals: MigrationTarget.dynamodb({ tableNamePrefix: 'shop-', tableDefaults }) },
    });
    const withKey = new Synthesized(stack);

    expect(targets(withKey)).toContainEqual({
      Action: ['Encrypt', 'Decrypt', 'ReEncrypt*', 'GenerateDataKey*', 'DescribeKey', 'CreateGrant'].map(
        (name) => `kms:${name}`,
      ),
      Resource: { 'Fn::GetAtt': [withKey.one('AWS::KMS::Key')[0], 'Arn'] },
      Condition: {
        StringEquals: {
          'kms:ViaService': { 'Fn::Join': ['', ['dynamodb.', { Ref: 'AWS::Region' }, '.amazonaws.com']] },
        },
      },
    });
  });

  it('the machine may call the functions that work and answer, start children of itself, log and trace', () => {
    const [logging, tracing, invoke, ...others] = of(template, 'MachineRole');

    expect(invoke).toEqual({
      Action: 'lambda:InvokeFunction',
      Resource: [functionArn('Tick'), functionArn('Work'), functionArn('Respond')],
    });
    expect([logging, tracing].flatMap((statement) => statement!.Action)).toHaveLength(12);
    expect(others).toEqual([]);
    const machine = { Ref: template.one('AWS::StepFunctions::StateMachine')[0] };
    expect(of(template, 'MachineChildren')).toEqual([
      { Action: 'states:StartExecution', Resource: machine },
      { Action: ['states:DescribeExecution', 'states:StopExecution'], Resource: arnEnding('*') },
    ]);
  });

  it('a worker may read bundles, and do with its targets and the ledger what Tick may, and no more', () => {
    const tick = template.ids('AWS::IAM::ManagedPolicy').map((id) => template.resources.get(id)!.Properties.Roles);

    expect(of(template, 'WorkRole').map(({ Action }) => Action)).toEqual([
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      's3:GetObject',
      'kms:Decrypt',
    ]);
    expect(tick).toEqual([[expect.anything(), expect.anything()]]);
  });
});

function linkedRole(service: string) {
  return {
    Action: 'iam:CreateServiceLinkedRole',
    Resource: arnEnding(`:role/aws-service-role/${service}/*`),
    Condition: { StringEquals: { 'iam:AWSServiceName': service } },
  };
}

/** The permissions that change with the targets. */
function targets(template: Synthesized): Omit<Statement, 'Effect'>[] {
  return template.ids('AWS::IAM::ManagedPolicy').flatMap((id) => statements(template, id));
}

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
