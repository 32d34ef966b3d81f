import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';

/**
 * What operations on DynamoDB tables take. It follows what a target can be asked for and not what its migrations ask today:
 * a downgrade undoes migrations that the deployed revision does not have any more.
 */

/** What data migrations do with the items of a table. Statements of PartiQL have permissions of their own (aws-facts DDB-44). */
const ITEM_ACTIONS = [
  ...['Scan', 'BatchGetItem', 'BatchWriteItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
  ...['PartiQLInsert', 'PartiQLUpdate'],
];
/** On a table that exists outside of the migrations. */
const CHANGE_ACTIONS = [
  ...['DescribeTable', 'UpdateTable', 'DescribeTimeToLive', 'UpdateTimeToLive'],
  ...['DescribeContinuousBackups', 'UpdateContinuousBackups'],
  ...['ListTagsOfResource', 'TagResource', 'UntagResource'],
  ...ITEM_ACTIONS,
];
/** On a table that migrations create: a policy is given to it when it is created, a backup is made before it is deleted. */
const OWN_ACTIONS = [
  ...CHANGE_ACTIONS,
  ...['CreateTable', 'DeleteTable', 'CreateBackup', 'PutResourcePolicy', 'GetResourcePolicy'],
  ...['DescribeContributorInsights', 'UpdateContributorInsights'],
];

export function changePermissions(tableArns: readonly string[]): PolicyStatement[] {
  return tableArns.length === 0 ? [] : [statement('dynamodb', CHANGE_ACTIONS, [...tableArns])];
}

/** @param tablesArn matches all tables that migrations create */
export function ownPermissions(stack: Stack, tablesArn: string): PolicyStatement[] {
  return [
    statement('dynamodb', OWN_ACTIONS, [tablesArn]),
    // Backups are listed for an account (aws-facts DDB-25).
    statement('dynamodb', ['ListBackups'], ['*']),
    linkedRole(stack, 'contributorinsights.dynamodb.amazonaws.com'),
  ];
}

/** Whoever creates a table with a key needs these permissions on it, through DynamoDB (aws-facts DDB-31). */
export function keyPermissions(key: kms.IKey): PolicyStatement {
  return new PolicyStatement({
    actions: ['Encrypt', 'Decrypt', 'ReEncrypt*', 'GenerateDataKey*', 'DescribeKey', 'CreateGrant'].map(
      (name) => `kms:${name}`,
    ),
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${Stack.of(key).region}.amazonaws.com` } },
  });
}

/**
 * Auto scaling of tables and indexes. Application Auto Scaling knows no tables in policies, reads nothing but everything, and
 * asks with the caller's own permissions whether alarms may be changed (aws-facts DDB-18).
 */
export function scalingPermissions(stack: Stack): PolicyStatement[] {
  const dimensions = ['table', 'index'].flatMap((what) =>
    ['Read', 'Write'].map((use) => `dynamodb:${what}:${use}CapacityUnits`),
  );
  const change = statement(
    'application-autoscaling',
    [
      ...['RegisterScalableTarget', 'PutScalingPolicy', 'PutScheduledAction'],
      ...['DeregisterScalableTarget', 'DeleteScalingPolicy', 'DeleteScheduledAction'],
    ],
    [stack.formatArn({ service: 'application-autoscaling', resource: 'scalable-target/*' })],
  );
  change.addCondition('StringEquals', { 'application-autoscaling:scalable-dimension': dimensions });
  const alarms = statement('cloudwatch', ['DeleteAlarms', 'DescribeAlarms', 'PutMetricAlarm'], ['*']);
  alarms.addCondition('Bool', { 'aws:ViaAWSService': 'true' });
  return [
    statement(
      'application-autoscaling',
      ['DescribeScalableTargets', 'DescribeScalingPolicies', 'DescribeScheduledActions'],
      ['*'],
    ),
    change,
    alarms,
    linkedRole(stack, 'dynamodb.application-autoscaling.amazonaws.com'),
  ];
}

/** The first use of a feature in an account makes the role that is linked to its service. */
function linkedRole(stack: Stack, service: string): PolicyStatement {
  const role = statement(
    'iam',
    ['CreateServiceLinkedRole'],
    [stack.formatArn({ service: 'iam', region: '', resource: `role/aws-service-role/${service}/*` })],
  );
  role.addCondition('StringEquals', { 'iam:AWSServiceName': service });
  return role;
}

function statement(service: string, actions: readonly string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ actions: actions.map((name) => `${service}:${name}`), resources });
}
