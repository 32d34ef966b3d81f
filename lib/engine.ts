import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { environmentNames } from '../core/wire';
import type { BundleAsset } from './bundle-asset';
import { createEngineFunctions } from './engine-functions';
import { type EngineOptions, workersOf } from './engine-options';
import { grantClaims, grantLedger, grantLedgerProtection, grantStackStatus, grantStart, ledgerOfTick } from './grants';
import { attachReplaceablePolicies } from './replaceable-policies';
import { ruleOnStackEvents } from './stack-events';
import { createStateMachine } from './state-machine';
import type { TargetBinding } from './target-binding';
import type { TimeLimits } from './time-limits';

export interface EngineProps {
  readonly scopeName: string;
  readonly ledger: dynamodb.ITable;
  /** Whether the ledger is the construct's own, and so protected from deletion by the engine. */
  readonly ownsLedger: boolean;
  readonly bundle: BundleAsset;
  readonly targets: ReadonlyMap<string, TargetBinding>;
  readonly limits: TimeLimits;
  readonly options: EngineOptions;
}

/**
 * Everything that runs migrations in AWS, with its permissions. The custom resources depend on this construct as a
 * whole, so that permissions exist from before the first request until after the last one.
 */
export class Engine extends Construct {
  /** Where CloudFormation sends the requests of the custom resources. */
  readonly serviceToken: string;
  readonly stateMachine: sfn.StateMachine;

  constructor(scope: Construct, id: string, props: EngineProps) {
    super(scope, id);
    const { scopeName, ledger, ownsLedger, bundle, targets, limits, options } = props;
    const stack = Stack.of(this);
    const logGroup = createLogGroup(this, options);
    const functions = createEngineFunctions(this, {
      limits,
      logGroup,
      options,
      environment: {
        [environmentNames.ledgerTable]: ledger.tableName,
        [environmentNames.scope]: scopeName,
        [environmentNames.leaseSeconds]: String(limits.lease),
      },
    });
    const { onEvent, tick, work, undelivered } = functions;
    this.stateMachine = createStateMachine(this, { ...functions, limits, logGroup, workers: workersOf(options) });
    for (const starter of [onEvent, undelivered]) {
      starter.addEnvironment(environmentNames.stateMachine, this.stateMachine.stateMachineArn);
      grantStart(this.stateMachine, starter);
    }
    ruleOnStackEvents(this, onEvent, options.deadLetterQueue);

    grantLedger(ledger, scopeName, functions);
    if (ownsLedger) {
      tick.addEnvironment(environmentNames.protectLedger, 'true');
      grantLedgerProtection(ledger, tick);
    }
    grantStackStatus(stack, tick);
    grantClaims(stack, tick);
    for (const { role } of [tick, work]) bundle.grantReadAll(role!);
    attachReplaceablePolicies(
      this,
      [tick.role!, work.role!],
      [ledgerOfTick(ledger, scopeName), ...[...targets.values()].flatMap((target) => target.permissions(stack))],
    );
    this.serviceToken = onEvent.functionArn;
  }
}

/** Kept for a year, also after the stack is gone, but not when the deployment that creates it fails (ADR 7). */
function createLogGroup(scope: Construct, { logEncryptionKey }: EngineOptions): logs.LogGroup {
  return new logs.LogGroup(scope, 'Logs', {
    retention: logs.RetentionDays.ONE_YEAR,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    encryptionKey: logEncryptionKey,
  });
}
