import { AwsError } from '../../aws-error';
import { arn } from '../arn';
import type { DynamoDbService } from '../dynamodb';
import { type Input, optionalNumber, optionalText, record, records, text, texts } from '../input';
import { type JsonOperation, jsonService } from '../json-service';
import type { Environment, Permission, Service } from '../service';
import type { Registered, ScalingStore } from './store';

export interface ScalingServiceOptions {
  readonly store: ScalingStore;
  readonly environment: Environment;
  readonly dynamoDb: Pick<DynamoDbService, 'call'>;
}

const MAX_RESULTS = 50;

/** Application Auto Scaling of DynamoDB tables and their indexes, as far as it keeps settings (aws-facts DDB-17). */
export function applicationAutoScalingService({ store, environment, dynamoDb }: ScalingServiceOptions): Service {
  /** No operation that describes knows a resource; whoever changes something needs to be allowed what follows from it. */
  const reads = (action: string, run: JsonOperation['run']): JsonOperation => ({
    permission: () => ({ action: `application-autoscaling:${action}`, resource: '*' }),
    run,
  });
  const writes = (action: string, run: JsonOperation['run']): JsonOperation => ({
    permission: (input) => [
      {
        action: `application-autoscaling:${action}`,
        resource: arn(environment, 'application-autoscaling', 'scalable-target/0'),
        keys: { 'application-autoscaling:scalable-dimension': text(input, 'ScalableDimension') },
      },
      ...permissionsThatFollow(environment, text(input, 'ResourceId')),
    ],
    run,
  });
  const list = (kind: Registered, input: Input, resources: readonly string[]) => {
    const dimension = optionalText(input, 'ScalableDimension');
    const found = store
      .list(kind)
      .filter(({ ServiceNamespace }) => ServiceNamespace === text(input, 'ServiceNamespace'))
      .filter(({ ResourceId }) => resources.length === 0 || resources.includes(String(ResourceId)))
      .filter(({ ScalableDimension }) => dimension === undefined || ScalableDimension === dimension)
      .map((one) => ({ ...one, CreationTime: 0 }));
    const start = Number(optionalText(input, 'NextToken') ?? 0);
    const end = start + (optionalNumber(input, 'MaxResults') ?? MAX_RESULTS);
    return { page: found.slice(start, end), next: end < found.length ? String(end) : undefined };
  };
  const resource = (input: Input) => {
    const named = optionalText(input, 'ResourceId');
    return named === undefined ? [] : [named];
  };

  return jsonService('application-autoscaling', {
    RegisterScalableTarget: writes('RegisterScalableTarget', async (input) => {
      await refuseMissing(dynamoDb, text(input, 'ResourceId'));
      refuseWithoutLimits({ ...store.list('targets').find((one) => isSameTarget(one, input)), ...input });
      const suspended = { ...NOTHING_SUSPENDED, ...record(input, 'SuspendedState') };
      store.put('targets', {
        ...named(input),
        ...limits(input),
        SuspendedState: suspended,
        RoleARN: role(environment),
      });
      return { ScalableTargetARN: arn(environment, 'application-autoscaling', 'scalable-target/0') };
    }),
    PutScalingPolicy: writes('PutScalingPolicy', (input) => {
      refuseWithoutTarget(store, input);
      store.put('policies', { PolicyType: 'StepScaling', ...input, PolicyName: text(input, 'PolicyName'), Alarms: [] });
      return { PolicyARN: arn(environment, 'autoscaling', `scalingPolicy:${text(input, 'PolicyName')}`), Alarms: [] };
    }),
    PutScheduledAction: writes('PutScheduledAction', (input) => {
      refuseWithoutTarget(store, input);
      store.put('schedules', { ...input, ScheduledActionName: text(input, 'ScheduledActionName') });
      return {};
    }),
    DeregisterScalableTarget: writes('DeregisterScalableTarget', (input) => {
      refuseWithoutTarget(store, input);
      // What is on a target goes with it.
      for (const kind of ['policies', 'schedules', 'targets'] as const) {
        store.remove(kind, (one) => isSameTarget(one, input));
      }
      return {};
    }),
    DeleteScalingPolicy: writes('DeleteScalingPolicy', (input) => {
      refuseWithoutTarget(store, input);
      const name = text(input, 'PolicyName');
      store.remove('policies', (one) => isSameTarget(one, input) && one['PolicyName'] === name);
      return {};
    }),
    DeleteScheduledAction: writes('DeleteScheduledAction', (input) => {
      refuseWithoutTarget(store, input);
      const name = text(input, 'ScheduledActionName');
      store.remove('schedules', (one) => isSameTarget(one, input) && one['ScheduledActionName'] === name);
      return {};
    }),
    DescribeScalableTargets: reads('DescribeScalableTargets', (input) => {
      const { page, next } = list('targets', input, texts(input, 'ResourceIds'));
      return { ScalableTargets: page, NextToken: next };
    }),
    DescribeScalingPolicies: reads('DescribeScalingPolicies', (input) => {
      const { page, next } = list('policies', input, resource(input));
      return { ScalingPolicies: page, NextToken: next };
    }),
    DescribeScheduledActions: reads('DescribeScheduledActions', (input) => {
      const { page, next } = list('schedules', input, resource(input));
      return { ScheduledActions: page, NextToken: next };
    }),
  });
}

/** Application Auto Scaling asks with the permissions of its caller (aws-facts DDB-18). */
function permissionsThatFollow(environment: Environment, resourceId: string): readonly Permission[] {
  const table = arn(environment, 'dynamodb', resourceId.split('/').slice(0, 2).join('/'));
  return [
    ...['DescribeTable', 'UpdateTable'].map((name) => ({ action: `dynamodb:${name}`, resource: table })),
    ...['DeleteAlarms', 'DescribeAlarms', 'PutMetricAlarm'].map((name) => ({
      action: `cloudwatch:${name}`,
      resource: '*',
      keys: { 'aws:viaawsservice': 'true' },
    })),
  ];
}

const NOTHING_SUSPENDED = {
  DynamicScalingInSuspended: false,
  DynamicScalingOutSuspended: false,
  ScheduledScalingSuspended: false,
};

function named(input: Input): Input {
  return {
    ServiceNamespace: text(input, 'ServiceNamespace'),
    ResourceId: text(input, 'ResourceId'),
    ScalableDimension: text(input, 'ScalableDimension'),
  };
}

function limits(input: Input): Input {
  const given = {
    MinCapacity: optionalNumber(input, 'MinCapacity'),
    MaxCapacity: optionalNumber(input, 'MaxCapacity'),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function refuseWithoutLimits(target: Input): void {
  if (target['MinCapacity'] !== undefined && target['MaxCapacity'] !== undefined) return;
  throw new AwsError('ValidationException', 'Both MinCapacity and MaxCapacity must be specified for a new target.');
}

/** Application Auto Scaling looks at what it is to scale; a request for what does not exist is not kept. */
async function refuseMissing(dynamoDb: ScalingServiceOptions['dynamoDb'], resourceId: string): Promise<void> {
  const [, table, index] = /^table\/([^/]+)(?:\/index\/([^/]+))?$/.exec(resourceId) ?? [];
  if (table === undefined) {
    throw new AwsError('ValidationException', 'Unsupported service namespace, resource type or scalable dimension');
  }
  if (await exists(dynamoDb, table, index)) return;
  const what = index === undefined ? 'table' : 'index';
  throw new AwsError('ValidationException', `DynamoDB ${what} does not exist: ${resourceId}`);
}

async function exists(dynamoDb: ScalingServiceOptions['dynamoDb'], table: string, index: string | undefined) {
  try {
    const description = record(await dynamoDb.call('DescribeTable', { TableName: table }), 'Table');
    const indexes = records(description, 'GlobalSecondaryIndexes');
    return index === undefined || indexes.some(({ IndexName }) => IndexName === index);
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return false;
    throw error;
  }
}

function refuseWithoutTarget(store: ScalingStore, input: Input): void {
  if (store.list('targets').some((target) => isSameTarget(target, input))) return;
  const { ServiceNamespace, ResourceId, ScalableDimension } = named(input);
  throw new AwsError(
    'ObjectNotFoundException',
    `No scalable target registered for service namespace: ${ServiceNamespace}, resource ID: ${ResourceId}, scalable dimension: ${ScalableDimension}`,
  );
}

function isSameTarget(one: Input, other: Input): boolean {
  return ['ServiceNamespace', 'ResourceId', 'ScalableDimension'].every((member) => one[member] === other[member]);
}

function role({ account }: Environment): string {
  const service = 'dynamodb.application-autoscaling.amazonaws.com';
  return `arn:aws:iam::${account}:role/aws-service-role/${service}/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable`;
}
