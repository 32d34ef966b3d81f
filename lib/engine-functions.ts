import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { handlers } from '../core/wire';
import { engineAssetPath } from './engine-asset';

/** The three Lambda functions of an engine. */
export interface EngineFunctions {
  /** Receives requests from CloudFormation and stack events. */
  readonly onEvent: lambda.Function;
  /** Does the work, a slice at a time. */
  readonly tick: lambda.Function;
  /** Answers CloudFormation. */
  readonly respond: lambda.Function;
}

export interface EngineFunctionsProps {
  readonly tickTimeout: Duration;
  readonly environment: { readonly [name: string]: string };
}

/**
 * Creates them from one prebuilt asset, with one role each. Their construct ids decide their logical ids, and the id
 * `OnEvent` may never change: CloudFormation refuses another service token for a deployed custom resource.
 */
export function createEngineFunctions(
  scope: Construct,
  { tickTimeout, environment }: EngineFunctionsProps,
): EngineFunctions {
  const code = lambda.Code.fromAsset(engineAssetPath());
  // Kept for a year, even after the stack is gone: the log of a stack that failed to deploy is the one to read.
  const logGroup = new logs.LogGroup(scope, 'Logs', { retention: logs.RetentionDays.ONE_YEAR });

  const create = (id: string, handler: string, timeout: Duration, memorySize: number) => {
    // Not the managed policy that CDK would attach: it allows writing to every log group.
    const role = new iam.Role(scope, `${id}Role`, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    return new lambda.Function(scope, id, {
      code,
      handler,
      timeout,
      memorySize,
      environment,
      role,
      logGroup,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
    });
  };

  return {
    // Minutes rather than seconds: each waits for permissions that have just been attached to take effect.
    onEvent: create('OnEvent', handlers.onEvent, Duration.minutes(5), 256),
    tick: create('Tick', handlers.tick, tickTimeout, 512),
    respond: create('Respond', handlers.respond, Duration.minutes(5), 256),
  };
}
