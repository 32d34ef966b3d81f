import type { SandboxAssumptions } from './assumptions';
import type { Broadcast } from './broadcast';
import type { DatabaseServers } from './control/settings';
import { endpointVariables } from './environment-variables';
import { AlarmStore } from './services/alarms';
import { applicationAutoScalingService, ScalingStore } from './services/application-autoscaling';
import { type Caller, Callers } from './services/callers';
import { dynamoDbService } from './services/dynamodb';
import { EventBus, eventsService, RuleStore } from './services/events';
import { Gateway, type GatewayOptions } from './services/gateway/gateway';
import { Iam } from './services/iam';
import { Lambda, lambdaService } from './services/lambda';
import { rdsService } from './services/rds';
import { rdsDataService } from './services/rds-data';
import { ObjectStore, ResponseUrls, s3Service } from './services/s3';
import { SecretStore, secretsManagerService } from './services/secrets-manager';
import type { Environment, Permission } from './services/service';
import { ParameterStore, ssmService } from './services/ssm';
import { StepFunctions, stepFunctionsService } from './services/step-functions';
import { stsService } from './services/sts';
import type { StateStore } from './state';

export interface PlatformOptions {
  readonly state: StateStore;
  readonly environment: Environment;
  readonly assumptions: SandboxAssumptions;
  readonly servers: DatabaseServers;
  readonly broadcast: Broadcast;
  readonly control: GatewayOptions['control'];
}

export type Platform = ReturnType<typeof createPlatform>;

/** All services of this AWS except CloudFormation, wired together behind one gateway. */
export function createPlatform({ state, environment, assumptions, servers, broadcast, control }: PlatformOptions) {
  const onWarning = (message: string) => broadcast.warning(message);
  const assume = assumptions.services;
  const callers = new Callers();
  const iam = new Iam({ state, environment, propagationMs: Number(assume('iam-propagation-ms')), onWarning });
  const authorize = (caller: Caller, permission: Permission) => iam.authorize(caller, [permission]);
  const gateway = new Gateway({
    state,
    callers,
    control,
    authorize: (caller, permissions, service) => iam.authorize(caller, permissions, service),
  });

  const objects = new ObjectStore(state);
  const responses = new ResponseUrls(environment, () => gateway.endpoint);
  const parameters = new ParameterStore(state, Number(assume('ssm-read-lag-ms')));
  const secrets = new SecretStore(state, environment);
  const alarms = new AlarmStore(state, environment);
  const rules = new RuleStore(state, environment);
  const lambda = new Lambda({
    state,
    environment,
    callers,
    endpoints: () => endpointVariables(gateway.endpoint),
    asyncRetryMs: Number(assume('lambda-async-retry-ms')),
    authorize,
    onLog: (functionName, line) => broadcast.functionLog(functionName, line),
    onWarning,
  });
  const crashError = assume('lambda-crash-error') === 'unknown' ? 'unknown' : 'typed';
  const stepFunctions = new StepFunctions({ state, environment, lambda, authorize, crashError });
  const bus = new EventBus({ environment, rules, lambda, stepFunctions, authorize, onWarning });
  const scaling = new ScalingStore(state, assume('autoscaling-of-deleted-index') === 'removed' ? 'removed' : 'kept');
  const dynamoDb = dynamoDbService({
    state,
    environment,
    assumptions: assumptions.given,
    onIndexDeleted: (table, index) => scaling.indexDeleted(table, index),
  });
  const rdsData = rdsDataService({
    state,
    environment,
    ...servers,
    assumptions: assumptions.given,
    secretExists: (secretArn) => secrets.find(secretArn) !== undefined,
  });

  for (const service of [
    s3Service(objects, responses),
    ssmService(parameters, environment),
    stsService({ environment, callers, iam }),
    secretsManagerService(secrets),
    lambdaService(lambda),
    stepFunctionsService(stepFunctions),
    eventsService(bus, environment),
    applicationAutoScalingService({ store: scaling, environment, dynamoDb }),
    dynamoDb,
    rdsData,
    rdsService(rdsData.clusters),
  ]) {
    gateway.register(service);
  }
  return {
    ...{ environment, gateway, iam, objects, responses, parameters, secrets, alarms, rules },
    ...{ lambda, stepFunctions, bus, dynamoDb, rdsData },
  };
}
