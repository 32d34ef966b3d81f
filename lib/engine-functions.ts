import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { handlers } from '../core/wire';
import { acknowledgeWildcards } from './acknowledge';
import { engineAssetPath } from './engine-asset';
import { type EngineOptions, workersOf } from './engine-options';
import type { TimeLimits } from './time-limits';

/** The Lambda functions of an engine. */
export interface EngineFunctions {
  /** Receives requests from CloudFormation and stack events. */
  readonly onEvent: lambda.Function;
  /** Does the work, a slice at a time. */
  readonly tick: lambda.Function;
  /** Works on a segment of a table, one of many invocations at the same time. */
  readonly work: lambda.Function;
  /** Answers CloudFormation. */
  readonly respond: lambda.Function;
  /** Receives the events that `onEvent` could not work on, however often it was called. */
  readonly undelivered: lambda.Function;
}

export interface EngineFunctionsProps {
  readonly limits: TimeLimits;
  readonly environment: { readonly [name: string]: string };
  readonly logGroup: logs.ILogGroup;
  readonly options: EngineOptions;
}

/**
 * Creates them from one prebuilt asset, with one role each. Their construct ids decide their logical ids, and the id
 * `OnEvent` may never change: CloudFormation refuses another service token for a deployed custom resource.
 */
export function createEngineFunctions(
  scope: Construct,
  { limits, environment, logGroup, options }: EngineFunctionsProps,
): EngineFunctions {
  const code = lambda.Code.fromAsset(engineAssetPath());
  const { vpc, vpcSubnets, securityGroups, reservedConcurrentExecutions, deadLetterQueue } = options;
  const workers = workersOf(options);

  const create = (id: string, handler: string, timeout: Duration, own: Partial<lambda.FunctionProps>) => {
    // Not the managed policies that CDK would attach: they allow writing to every log group.
    const role = new iam.Role(scope, `${id}Role`, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    if (vpc) {
      role.addToPrincipalPolicy(networkInterfaces());
      acknowledgeWildcards(role, ['*'], 'The actions on network interfaces cannot be limited to resources.');
    }
    return new lambda.Function(scope, id, {
      code,
      handler,
      timeout,
      environment,
      role,
      logGroup,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      vpc,
      vpcSubnets,
      securityGroups,
      reservedConcurrentExecutions,
      ...own,
    });
  };

  // Minutes rather than seconds: each waits for permissions that have just been attached to take effect.
  const minutes = Duration.minutes(5);
  const undelivered = create('Undelivered', handlers.undelivered, minutes, { memorySize: 256, deadLetterQueue });
  const onEvent = create('OnEvent', handlers.onEvent, minutes, {
    memorySize: 256,
    onFailure: { bind: () => ({ destination: undelivered.functionArn }) },
    // Lambda would keep an event that it cannot deliver for six hours, and CloudFormation waits for one at most.
    maxEventAge: Duration.seconds(Math.max(60, limits.forward)),
  });
  // Not LambdaDestination, which allows every version of the function.
  onEvent.addToRolePolicy(
    new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [undelivered.functionArn] }),
  );
  return {
    onEvent,
    undelivered,
    tick: create('Tick', handlers.tick, Duration.seconds(limits.tick), { memorySize: 512 }),
    // Larger, so that a page of large items fits beside what takes its changes back.
    work: create('Work', handlers.work, Duration.seconds(limits.work), {
      memorySize: 1024,
      reservedConcurrentExecutions: reservedConcurrentExecutions && Math.max(reservedConcurrentExecutions, workers),
    }),
    respond: create('Respond', handlers.respond, minutes, { memorySize: 256 }),
  };
}

/** What a function in a VPC needs. EC2 knows these actions on every resource only. */
function networkInterfaces(): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: [
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ],
    resources: ['*'],
  });
}
