import { ArnFormat, Stack } from 'aws-cdk-lib';
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
  readonly work: lambda.IFunction;
  readonly respond: lambda.IFunction;
  /** How many workers at the same time. */
  readonly workers: number;
  readonly limits: TimeLimits;
  readonly logGroup: logs.ILogGroup;
}

/** The Step Functions machine of {@link machineDefinition}, allowed to call its functions, to start children of itself, and nothing else. */
export function createStateMachine(
  scope: Construct,
  { tick, work, respond, workers, limits, logGroup }: StateMachineParts,
): sfn.StateMachine {
  const definition = machineDefinition({
    tickArn: tick.functionArn,
    respondArn: respond.functionArn,
    workArn: work.functionArn,
    workers,
    workSeconds: limits.work,
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
    new iam.PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: [tick.functionArn, work.functionArn, respond.functionArn],
    }),
  );
  allowChildren(scope, machine);
  acknowledgeWildcards(machine.role, ['*'], 'The actions of log delivery and X-Ray cannot be limited to resources.');
  acknowledge(machine, 'AwsSolutions-SF1', 'Errors are logged; what went well is in the audit events of the ledger.');
  return machine;
}

/** A Distributed Map runs each of its children as an execution of the machine itself (aws-facts SFN-3). */
function allowChildren(scope: Construct, machine: sfn.StateMachine): void {
  const executions = Stack.of(scope).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${machine.stateMachineName}*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  // Not the machine's own policy, on which the machine depends.
  const policy = new iam.Policy(scope, 'MachineChildren', {
    statements: [
      new iam.PolicyStatement({ actions: ['states:StartExecution'], resources: [machine.stateMachineArn] }),
      new iam.PolicyStatement({
        actions: ['states:DescribeExecution', 'states:StopExecution'],
        resources: [executions],
      }),
    ],
  });
  policy.attachToRole(machine.role);
  acknowledgeWildcards(policy, [executions], 'The names of children are made up by Step Functions.');
}
