import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcards } from './acknowledge';
import { machineDefinition } from './state-machine-definition';
import type { TimeLimits } from './time-limits';

export interface StateMachineParts {
  readonly tick: lambda.IFunction;
  readonly respond: lambda.IFunction;
  readonly limits: TimeLimits;
  readonly logGroup: logs.ILogGroup;
}

/** The Step Functions machine of {@link machineDefinition}, allowed to call the two functions and nothing else. */
export function createStateMachine(
  scope: Construct,
  { tick, respond, limits, logGroup }: StateMachineParts,
): sfn.StateMachine {
  const definition = machineDefinition({
    tickArn: tick.functionArn,
    respondArn: respond.functionArn,
    tickSeconds: limits.tick,
    serviceSeconds: limits.service,
  });
  const machine = new sfn.StateMachine(scope, 'Machine', {
    // Standard, not express: executions are started once per name and may take the whole hour.
    stateMachineType: sfn.StateMachineType.STANDARD,
    definitionBody: sfn.DefinitionBody.fromString(Stack.of(scope).toJsonString(definition)),
    logs: { destination: logGroup, level: sfn.LogLevel.ERROR, includeExecutionData: false },
    tracingEnabled: true,
  });
  machine.addToRolePolicy(
    new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [tick.functionArn, respond.functionArn] }),
  );
  acknowledgeWildcards(machine.role, ['*'], 'The actions of log delivery and X-Ray cannot be limited to resources.');
  acknowledge(machine, 'AwsSolutions-SF1', 'Errors are logged; what went well is in the audit events of the ledger.');
  return machine;
}
