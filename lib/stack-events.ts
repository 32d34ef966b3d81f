import { Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { rootOf } from './root-stack';

/** Statuses in which nothing happens to a stack any more. Without deleted ones: this rule is deleted with its stack. */
const SETTLED = [
  'CREATE_COMPLETE',
  'CREATE_FAILED',
  'ROLLBACK_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_FAILED',
  'UPDATE_ROLLBACK_COMPLETE',
  'UPDATE_ROLLBACK_FAILED',
];

/**
 * Tells the engine that an operation on its own stack, or on the root that it is nested in, has ended, so that it
 * settles what no request of a custom resource settled (aws-facts CFN-19).
 */
export function ruleOnStackEvents(
  scope: Construct,
  onEvent: lambda.IFunction,
  deadLetterQueue: sqs.IQueue | undefined,
): events.Rule {
  return new events.Rule(scope, 'StackEvents', {
    description: 'Tells the migrations engine how an update of its stack ended',
    eventPattern: {
      source: ['aws.cloudformation'],
      detailType: ['CloudFormation Stack Status Change'],
      detail: { 'stack-id': [rootOf(Stack.of(scope)).stackId], 'status-details': { status: SETTLED } },
    },
    targets: [new targets.LambdaFunction(onEvent, { deadLetterQueue })],
  });
}
