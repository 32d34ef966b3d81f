import { Duration, Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { environmentNames } from '../core/wire';
import type { BundleAsset } from './bundle-asset';
import { createEngineFunctions } from './engine-functions';
import { grantClaims, grantLedger, grantStackStatus, grantStart } from './grants';
import { ruleOnStackEvents } from './stack-events';
import { createStateMachine } from './state-machine';
import type { TargetBinding } from './target-binding';
import { targetPolicy } from './target-policy';
import type { TimeLimits } from './time-limits';

export interface EngineProps {
  readonly scopeName: string;
  readonly ledger: dynamodb.ITable;
  readonly bundle: BundleAsset;
  readonly targets: ReadonlyMap<string, TargetBinding>;
  readonly limits: TimeLimits;
}

/**
 * Everything that runs migrations in AWS, with its permissions. The custom resources depend on this construct as a
 * whole, so that permissions exist from before the first request until after the last one.
 */
export class Engine extends Construct {
  /** Where CloudFormation sends the requests of the custom resources. */
  readonly serviceToken: string;
  readonly stateMachine: sfn.StateMachine;

  constructor(scope: Construct, id: string, { scopeName, ledger, bundle, targets, limits }: EngineProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const functions = createEngineFunctions(this, {
      tickTimeout: Duration.seconds(limits.tick),
      environment: {
        [environmentNames.ledgerTable]: ledger.tableName,
        [environmentNames.scope]: scopeName,
        [environmentNames.leaseSeconds]: String(limits.lease),
      },
    });
    this.stateMachine = createStateMachine(this, { ...functions, tickSeconds: limits.tick });
    functions.onEvent.addEnvironment(environmentNames.stateMachine, this.stateMachine.stateMachineArn);
    ruleOnStackEvents(this, functions.onEvent);

    grantLedger(ledger, functions);
    grantStart(this.stateMachine, functions.onEvent);
    grantStackStatus(stack, functions.tick);
    grantClaims(stack, functions.tick);
    bundle.grantReadAll(functions.tick.role!);
    for (const [name, target] of targets) targetPolicy(this, name, target.permissions(stack), functions.tick.role!);
    this.serviceToken = functions.onEvent.functionArn;
  }
}
