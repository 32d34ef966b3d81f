import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { expect, test } from '@jest/globals';
import {
  App,
  CfnOutput,
  CfnParameter,
  CustomResource,
  custom_resources as cr,
  Duration,
  aws_dynamodb as dynamodb,
  aws_ec2 as ec2,
  aws_events as events,
  aws_lambda as lambda,
  NestedStack,
  RemovalPolicy,
  aws_rds as rds,
  Stack,
  aws_s3 as s3,
  aws_stepfunctions as sfn,
  aws_sqs as sqs,
  aws_ssm as ssm,
  aws_events_targets as targets,
  aws_stepfunctions_tasks as tasks,
} from 'aws-cdk-lib';
import { temporaryFolder } from './helpers/assembly';
import { testSandboxes } from './helpers/open';

const open = testSandboxes('each');
const runtime = lambda.Runtime.NODEJS_22_X;
const handler = 'index.handler';

/** What a CDK app of today is made of: databases in a VPC, functions, providers, a state machine, nested stacks. */
function synthesize(): string {
  const app = new App({ outdir: temporaryFolder('cdk-out-') });
  const data = new Stack(app, 'Data');
  const vpc = new ec2.Vpc(data, 'Vpc', { maxAzs: 2, restrictDefaultSecurityGroup: true });
  const cluster = new rds.DatabaseCluster(data, 'Cluster', {
    engine: rds.DatabaseClusterEngine.auroraPostgres({ version: rds.AuroraPostgresEngineVersion.VER_16_4 }),
    writer: rds.ClusterInstance.serverlessV2('writer'),
    vpc,
    enableDataApi: true,
    defaultDatabaseName: 'app',
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const table = new dynamodb.TableV2(data, 'Table', {
    partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
    removalPolicy: RemovalPolicy.DESTROY,
  });

  const stack = new Stack(app, 'App');
  new CfnParameter(stack, 'Size', { default: 'small', allowedValues: ['small', 'large'] });
  new sqs.Queue(stack, 'Queue');
  const bucket = new s3.Bucket(stack, 'Bucket', { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true });

  const both = new lambda.Function(stack, 'Both', {
    runtime,
    handler,
    timeout: Duration.seconds(20),
    code: lambda.Code.fromInline(`
      const { DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb');
      const { RDSDataClient, ExecuteStatementCommand } = require('@aws-sdk/client-rds-data');
      exports.handler = async () => {
        await new DynamoDBClient({}).send(new PutItemCommand({ TableName: process.env.TABLE, Item: { id: { S: 'a' } } }));
        const { CLUSTER: resourceArn, SECRET: secretArn } = process.env;
        const sql = 'select 40 + 2 as answer';
        const result = await new RDSDataClient({}).send(new ExecuteStatementCommand({ resourceArn, secretArn, database: 'app', sql }));
        return result.records[0][0].longValue;
      };`),
    environment: { TABLE: table.tableName, CLUSTER: cluster.clusterArn, SECRET: cluster.secret?.secretArn ?? '' },
  });
  table.grantWriteData(both);
  cluster.grantDataApiAccess(both);

  const onEvent = new lambda.Function(stack, 'OnEvent', {
    runtime,
    handler,
    code: lambda.Code.fromInline(
      `exports.handler = async (event) => ({ PhysicalResourceId: 'provided', Data: { Word: event.ResourceProperties.Word } });`,
    ),
  });
  const isComplete = new lambda.Function(stack, 'IsComplete', {
    runtime,
    handler,
    code: lambda.Code.fromInline('exports.handler = async () => ({ IsComplete: true });'),
  });
  const provider = new cr.Provider(stack, 'Provider', {
    onEventHandler: onEvent,
    isCompleteHandler: isComplete,
    queryInterval: Duration.seconds(1),
    totalTimeout: Duration.seconds(30),
  });
  const provided = new CustomResource(stack, 'Provided', {
    serviceToken: provider.serviceToken,
    properties: { Word: 'hi' },
  });

  const machine = new sfn.StateMachine(stack, 'Machine', {
    definitionBody: sfn.DefinitionBody.fromChainable(
      new tasks.LambdaInvoke(stack, 'Ask', {
        lambdaFunction: both,
        payloadResponseOnly: true,
        resultPath: '$.answer',
      }).next(
        new sfn.Choice(stack, 'Right?')
          .when(sfn.Condition.numberEquals('$.answer', 42), new sfn.Succeed(stack, 'Yes'))
          .otherwise(new sfn.Fail(stack, 'No')),
      ),
    ),
  });
  new events.Rule(stack, 'Rule', {
    eventPattern: { source: ['aws.cloudformation'] },
    targets: [new targets.LambdaFunction(onEvent, { retryAttempts: 0 })],
  });
  const nested = new NestedStack(stack, 'Nested');
  new ssm.StringParameter(nested, 'Parameter', { parameterName: '/nested/p', stringValue: bucket.bucketName });

  new CfnOutput(stack, 'Word', { value: provided.getAttString('Word') });
  new CfnOutput(stack, 'BucketName', { value: bucket.bucketName });
  new CfnOutput(stack, 'MachineArn', { value: machine.stateMachineArn });
  new CfnOutput(stack, 'FunctionName', { value: both.functionName });
  return app.synth().directory;
}

test('an app of the usual CDK constructs is deployed, works, and is deleted', async () => {
  const world = await open();
  const results = await world.sandbox.deploy({ assembly: synthesize(), parameters: { 'App:Size': 'large' } });
  expect(results.map(({ stack, status, reason }) => [stack, status, reason])).toEqual([
    ['Data', 'CREATE_COMPLETE', ''],
    ['App', 'CREATE_COMPLETE', ''],
  ]);
  const outputs = results[1]?.outputs ?? {};
  expect(outputs['Word']).toBe('hi');
  expect(await world.sandbox.invoke(outputs['FunctionName'] ?? '', {})).toBe(42);

  const client = new SFNClient(world.client);
  const { executionArn } = await client.send(
    new StartExecutionCommand({ stateMachineArn: outputs['MachineArn'], input: '{}' }),
  );
  await world.sandbox.settle();
  const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
  expect([execution.status, execution.cause]).toEqual(['SUCCEEDED', undefined]);

  // The bucket is not empty: CDK's own custom resource has to empty it before CloudFormation can delete it.
  const put = new PutObjectCommand({ Bucket: outputs['BucketName'], Key: 'left/over', Body: 'x' });
  await new S3Client(world.client).send(put);
  const gone = await world.sandbox.destroy();
  expect(gone.map(({ stack, status, reason }) => [stack, status, reason])).toEqual([
    ['App', 'DELETE_COMPLETE', ''],
    ['Data', 'DELETE_COMPLETE', ''],
  ]);
}, 60_000);
