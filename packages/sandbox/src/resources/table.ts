import type { ResourceType, ResourceTypes } from '../cloudformation/resource-type';
import type { AlarmStore } from '../services/alarms';
import type { DynamoDbService } from '../services/dynamodb';
import type { RuleStore } from '../services/events';
import type { Iam } from '../services/iam';
import type { Lambda } from '../services/lambda';
import type { RdsDataService } from '../services/rds-data';
import type { ObjectStore } from '../services/s3';
import type { SecretStore } from '../services/secrets-manager';
import type { Environment } from '../services/service';
import type { ParameterStore } from '../services/ssm';
import type { StepFunctions } from '../services/step-functions';
import { cloudWatchAlarm } from './cloudwatch-alarm';
import { dynamoDbGlobalTableType } from './dynamodb-global-table';
import { dynamoDbTableType } from './dynamodb-table';
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
import { rdsClusterType } from './rds-cluster';
import { rdsInstanceType } from './rds-instance';
import { s3Bucket } from './s3-bucket';
import { s3BucketPolicy } from './s3-bucket-policy';
import { secretTargetAttachmentType } from './secret-target-attachment';
import { secret } from './secrets-manager-secret';
import { ssmParameter } from './ssm-parameter';
import { stateMachine } from './step-functions-state-machine';

export interface ResourceServices {
  readonly environment: Environment;
  readonly alarms: AlarmStore;
  readonly dynamoDb: DynamoDbService;
  readonly iam: Iam;
  readonly lambda: Lambda;
  readonly objects: ObjectStore;
  readonly parameters: ParameterStore;
  readonly rdsData: RdsDataService;
  readonly rules: RuleStore;
  readonly secrets: SecretStore;
  readonly stepFunctions: StepFunctions;
  readonly warn: (message: string) => void;
}

/** Types without effect on what the sandbox plays: no warning is needed that they are inert. There is no network. */
const SILENT = [
  'AWS::CDK::Metadata',
  'AWS::CloudFormation::WaitConditionHandle',
  'AWS::EC2::EIP',
  'AWS::EC2::InternetGateway',
  'AWS::EC2::NatGateway',
  'AWS::EC2::Route',
  'AWS::EC2::RouteTable',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::SecurityGroupIngress',
  'AWS::EC2::Subnet',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::EC2::VPC',
  'AWS::EC2::VPCEndpoint',
  'AWS::EC2::VPCGatewayAttachment',
  'AWS::IAM::InstanceProfile',
  'AWS::KMS::Alias',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
  'AWS::RDS::DBClusterParameterGroup',
  'AWS::RDS::DBParameterGroup',
  'AWS::RDS::DBSubnetGroup',
  'AWS::SecretsManager::ResourcePolicy',
];

/** All resource types of this AWS. Adding one is a file beside this one and a line here. */
export function resourceTypes(services: ResourceServices): ResourceTypes {
  const { environment, dynamoDb, iam, lambda, objects, secrets, warn } = services;
  const { clusters } = services.rdsData;
  const fallback = inert(environment);
  const known = new Map<string, ResourceType>([
    ...SILENT.map((type) => [type, fallback] as const),
    ['AWS::CloudWatch::Alarm', cloudWatchAlarm(services.alarms)],
    ['AWS::CloudWatch::CompositeAlarm', cloudWatchAlarm(services.alarms)],
    ['AWS::DynamoDB::GlobalTable', dynamoDbGlobalTableType(dynamoDb, environment)],
    ['AWS::DynamoDB::Table', dynamoDbTableType(dynamoDb)],
    ['AWS::Events::Rule', eventsRule(services.rules, warn)],
    ['AWS::IAM::ManagedPolicy', iamManagedPolicy(iam, environment)],
    ['AWS::IAM::Policy', iamPolicy(iam)],
    ['AWS::IAM::Role', iamRole(iam, environment)],
    ['AWS::Lambda::Alias', lambdaAlias(lambda)],
    ['AWS::Lambda::EventInvokeConfig', lambdaEventInvokeConfig(lambda, warn)],
    ['AWS::Lambda::Function', lambdaFunction(lambda, objects, warn)],
    ['AWS::Lambda::Permission', lambdaPermission(lambda)],
    ['AWS::Lambda::Version', lambdaVersion(lambda)],
    ['AWS::RDS::DBCluster', rdsClusterType({ clusters, secrets })],
    ['AWS::RDS::DBInstance', rdsInstanceType({ clusters, environment })],
    ['AWS::S3::Bucket', s3Bucket(objects, environment)],
    ['AWS::S3::BucketPolicy', s3BucketPolicy(objects)],
    ['AWS::SSM::Parameter', ssmParameter(services.parameters)],
    ['AWS::SecretsManager::Secret', secret(secrets)],
    ['AWS::SecretsManager::SecretTargetAttachment', secretTargetAttachmentType({ clusters, secrets })],
    ['AWS::StepFunctions::StateMachine', stateMachine(services.stepFunctions, objects)],
  ]);
  return { find: (type) => known.get(type) ?? fallback, isKnown: (type) => known.has(type) };
}
