import type { ResourceType, ResourceTypes } from '../cloudformation/resource-type';
import type { AlarmStore } from '../services/alarms';
import type { RuleStore } from '../services/events';
import type { Iam } from '../services/iam';
import type { Lambda } from '../services/lambda';
import type { ObjectStore } from '../services/s3';
import type { SecretStore } from '../services/secrets-manager';
import type { Environment } from '../services/service';
import type { ParameterStore } from '../services/ssm';
import type { StepFunctions } from '../services/step-functions';
import { cloudWatchAlarm } from './cloudwatch-alarm';
import { eventsRule } from './events-rule';
import { iamManagedPolicy } from './iam-managed-policy';
import { iamPolicy } from './iam-policy';
import { iamRole } from './iam-role';
import { inert } from './inert';
import { lambdaAlias } from './lambda-alias';
import { lambdaEventInvokeConfig } from './lambda-event-invoke-config';
import { lambdaFunction } from './lambda-function';
import { lambdaPermission } from './lambda-permission';
import { lambdaVersion } from './lambda-version';
import { s3Bucket } from './s3-bucket';
import { secret } from './secrets-manager-secret';
import { ssmParameter } from './ssm-parameter';
import { stateMachine } from './step-functions-state-machine';

export interface ResourceServices {
  readonly environment: Environment;
  readonly alarms: AlarmStore;
  readonly iam: Iam;
  readonly lambda: Lambda;
  readonly objects: ObjectStore;
  readonly parameters: ParameterStore;
  readonly rules: RuleStore;
  readonly secrets: SecretStore;
  readonly stepFunctions: StepFunctions;
  readonly warn: (message: string) => void;
  /** Types whose services live elsewhere, by type name. */
  readonly more?: Readonly<Record<string, ResourceType>>;
}

/** Types without effect on what the sandbox plays: nobody needs to be told that they are inert. */
const SILENT = [
  'AWS::CDK::Metadata',
  'AWS::CloudFormation::WaitConditionHandle',
  'AWS::IAM::InstanceProfile',
  'AWS::KMS::Alias',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
  'AWS::S3::BucketPolicy',
  'AWS::SecretsManager::ResourcePolicy',
];

/** All resource types of this AWS. Adding one is a file beside this one and a line here. */
export function resourceTypes(services: ResourceServices): ResourceTypes {
  const { environment, iam, lambda, objects, warn } = services;
  const fallback = inert(environment);
  const known = new Map<string, ResourceType>([
    ...SILENT.map((type) => [type, fallback] as const),
    ['AWS::CloudWatch::Alarm', cloudWatchAlarm(services.alarms)],
    ['AWS::CloudWatch::CompositeAlarm', cloudWatchAlarm(services.alarms)],
    ['AWS::Events::Rule', eventsRule(services.rules, warn)],
    ['AWS::IAM::ManagedPolicy', iamManagedPolicy(iam, environment)],
    ['AWS::IAM::Policy', iamPolicy(iam)],
    ['AWS::IAM::Role', iamRole(iam, environment)],
    ['AWS::Lambda::Alias', lambdaAlias(lambda)],
    ['AWS::Lambda::EventInvokeConfig', lambdaEventInvokeConfig(lambda)],
    ['AWS::Lambda::Function', lambdaFunction(lambda, objects, warn)],
    ['AWS::Lambda::Permission', lambdaPermission(lambda)],
    ['AWS::Lambda::Version', lambdaVersion(lambda)],
    ['AWS::S3::Bucket', s3Bucket(objects, environment)],
    ['AWS::SSM::Parameter', ssmParameter(services.parameters)],
    ['AWS::SecretsManager::Secret', secret(services.secrets)],
    ['AWS::StepFunctions::StateMachine', stateMachine(services.stepFunctions, objects)],
    ...Object.entries(services.more ?? {}),
  ]);
  return { find: (type) => known.get(type) ?? fallback, isKnown: (type) => known.has(type) };
}
