import { ArnFormat, type Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { claimPrefix } from '../core/wire';
import type { EngineFunctions } from './engine-functions';
import { rootOf } from './root-stack';

const READ_STATE = ['GetItem', 'Query'];
const RECORD = ['PutItem', 'UpdateItem'];
/** A TransactWriteItems call needs the permissions of the actions in it. */
const TRANSACT = ['BatchGetItem', 'ConditionCheckItem', 'DeleteItem'];

/** Lets each function do with the ledger what it must, and no more. */
export function grantLedger(ledger: dynamodb.ITable, { onEvent, tick, respond }: EngineFunctions): void {
  grantItems(ledger, onEvent, [...READ_STATE, ...RECORD]);
  grantItems(ledger, tick, [...READ_STATE, ...RECORD, ...TRANSACT]);
  grantItems(ledger, respond, ['GetItem', 'UpdateItem']);
}

function grantItems(ledger: dynamodb.ITable, engine: lambda.Function, actions: readonly string[]): void {
  allow(
    engine,
    actions.map((name) => `dynamodb:${name}`),
    [ledger.tableArn],
  );
  ledger.encryptionKey?.grantEncryptDecrypt(engine);
}

/** Lets the function that receives requests start their execution. */
export function grantStart(machine: sfn.IStateMachine, onEvent: lambda.Function): void {
  allow(onEvent, ['states:StartExecution'], [machine.stateMachineArn]);
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
}

function allow(engine: lambda.Function, actions: string[], resources: string[]): void {
  engine.addToRolePolicy(new iam.PolicyStatement({ actions, resources }));
}
