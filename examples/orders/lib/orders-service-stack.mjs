import { fileURLToPath } from 'node:url';
import { CfnCondition, CfnOutput, CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { DatabaseMigrations, MigrationsRemovalPolicy, MigrationTarget, OlderRevisionPolicy } from 'cdk-migrations';
import { OrderIntake } from './order-intake.mjs';

/** Takes orders through an API. Its migrations change a table of another stack and make tables of their own. */
export class OrdersServiceStack extends Stack {
  constructor(scope, id, { ordersTableName, ledgerTable, ...props }) {
    super(scope, id, props);
    const stage = new CfnParameter(this, 'Stage', { allowedValues: ['dev', 'prod'], default: 'dev' });
    const retention = new CfnParameter(this, 'RetentionSeconds', { type: 'Number', default: 345600, minValue: 60 });
    const isProduction = new CfnCondition(this, 'IsProduction', {
      expression: Fn.conditionEquals(stage.valueAsString, 'prod'),
    });

    const orders = dynamodb.Table.fromTableName(this, 'Orders', ordersTableName);
    const migrations = new DatabaseMigrations(this, 'Migrations', {
      migrationsPath: fileURLToPath(new URL('../migrations', import.meta.url)),
      targets: { store: MigrationTarget.dynamodb({ tables: { orders }, tableNamePrefix: 'orders-service-' }) },
      ledgerTable,
      onOlderRevision: OlderRevisionPolicy.DOWNGRADE,
      onRemoval: MigrationsRemovalPolicy.UNDO,
    });

    const intake = new OrderIntake(this, 'Intake', { orders, retentionSeconds: retention.valueAsNumber });
    migrations.connect(intake.handler);
    migrations.dependOnMigrations(intake.api);

    // Tells other services which release of the tables is live.
    const revision = new ssm.CfnParameter(this, 'TablesRevision', {
      type: 'String',
      name: '/orders/tables-revision',
      value: migrations.revision,
    });
    migrations.dependOnMigrations(revision);

    const alarm = new cloudwatch.CfnAlarm(this, 'OldestOrder', {
      namespace: 'AWS/SQS',
      metricName: 'ApproximateAgeOfOldestMessage',
      dimensions: [{ name: 'QueueName', value: intake.queue.queueName }],
      statistic: 'Maximum',
      period: 60,
      evaluationPeriods: 5,
      comparisonOperator: 'GreaterThanThreshold',
      threshold: 300,
    });
    alarm.cfnOptions.condition = isProduction;

    new CfnOutput(this, 'IntakeFunction', { value: intake.handler.functionName });
    new CfnOutput(this, 'AlarmState', { value: Fn.conditionIf('IsProduction', 'on', 'off').toString() });
  }
}
