import { ArnFormat, type Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { claimPrefix, imagePartitions } from '../core/wire';
import { acknowledge, acknowledgeWildcards } from './acknowledge';
import type { EngineFunctions } from './engine-functions';
import { rootOf } from './root-stack';

const READ_STATE = ['GetItem', 'BatchGetItem', 'Query'];
/** A TransactWriteItems call needs the permissions of the actions in it. */
const CHANGE_STATE = ['PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'];

/**
 * Lets each function do with its scope's part of the ledger what it must, and no more; {@link ledgerOfTick} is beside it.
 * Functions that receive a request record it, and the one that answers reads and closes it.
 */
export function grantLedger(ledger: dynamodb.ITable, scopeName: string, functions: EngineFunctions): void {
  const { onEvent, undelivered, tick, work, respond } = functions;
  onEvent.addToRolePolicy(items(ledger, ofScope(scopeName), ['PutItem']));
  undelivered.addToRolePolicy(items(ledger, ofScope(scopeName), ['PutItem']));
  respond.addToRolePolicy(items(ledger, ofScope(scopeName), ['GetItem', 'UpdateItem']));
  for (const engine of [onEvent, undelivered, tick, work, respond]) {
    ledger.encryptionKey?.grantEncryptDecrypt(engine);
    for (const action of ['kms:ReEncrypt*', 'kms:GenerateDataKey*']) {
      acknowledge(
        engine.role!,
        `AwsSolutions-IAM5[Action::${action}]`,
        'CDK lets who uses a key use it in these ways.',
      );
    }
  }
}

/** What the tick function may do with the ledger: a permission that must outlast a change of the ledger. */
export function ledgerOfTick(ledger: dynamodb.ITable, scopeName: string): iam.PolicyStatement {
  const partitions = [scopeName, `${imagePartitions(scopeName)}*`];
  return items(ledger, { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions } }, [
    ...READ_STATE,
    ...CHANGE_STATE,
    'BatchWriteItem',
  ]);
}

/** Lets the tick function switch the deletion protection of the construct's own ledger on and off (ADR 7). */
export function grantLedgerProtection(ledger: dynamodb.ITable, tick: lambda.Function): void {
  allow(tick, ['dynamodb:DescribeTable', 'dynamodb:UpdateTable'], [ledger.tableArn]);
}

/** On some partitions of a ledger that several constructs may share: `lambda/aws/ledger-table.ts` has the keys. */
function items(
  ledger: dynamodb.ITable,
  partitions: { readonly [operator: string]: object },
  actions: readonly string[],
): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: actions.map((name) => `dynamodb:${name}`),
    resources: [ledger.tableArn],
    conditions: {
      ...partitions,
      // A request without keys has no value that could differ.
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  });
}

function ofScope(scopeName: string) {
  return { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [scopeName] } };
}

/** Lets a function that receives requests start their execution. */
export function grantStart(machine: sfn.IStateMachine, starter: lambda.Function): void {
  allow(starter, ['states:StartExecution'], [machine.stateMachineArn]);
}

/** Lets the tick function look up the status of its own stack, and of the root that decides how a nested one ends. */
export function grantStackStatus(stack: Stack, tick: lambda.Function): void {
  const stacks = [...new Set([stack.stackId, rootOf(stack).stackId])];
  allow(tick, ['cloudformation:DescribeStacks', 'cloudformation:DescribeStackEvents'], stacks);
}

/** Lets the tick function record which scope owns a database, so that no two scopes migrate the same one. */
export function grantClaims(stack: Stack, tick: lambda.Function): void {
  const claims = stack.formatArn({
    service: 'ssm',
    resource: 'parameter',
    resourceName: `${claimPrefix.slice(1)}*`,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
  allow(tick, ['ssm:GetParameter', 'ssm:GetParametersByPath', 'ssm:PutParameter', 'ssm:DeleteParameter'], [claims]);
  acknowledgeWildcards(
    tick.role!,
    [claims],
    'A claim is named by a digest of what is claimed, and lies in a folder of its own.',
  );
}

function allow(engine: lambda.Function, actions: string[], resources: string[]): void {
  engine.addToRolePolicy(new iam.PolicyStatement({ actions, resources }));
}
