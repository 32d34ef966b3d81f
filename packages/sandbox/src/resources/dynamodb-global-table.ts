import type { Properties, ResourceType } from '../cloudformation/resource-type';
import type { DynamoDbService } from '../services/dynamodb';
import type { Environment } from '../services/service';
import { commonSpec, indexSpec, recoveryDays, type TableSpec, type Throughput, tags } from './dynamodb/table-spec';
import { tableType } from './dynamodb/table-type';
import { flag, object, objects, optionalNumber, optionalText } from './properties';

/** AWS::DynamoDB::GlobalTable (CDK: TableV2). Only the replica of the stack's own region exists here. */
export function dynamoDbGlobalTableType(
  service: Pick<DynamoDbService, 'call'>,
  environment: Pick<Environment, 'region'>,
): ResourceType {
  return tableType(service, (properties) => parse(properties, environment.region));
}

function parse(properties: Properties, region: string): TableSpec {
  const replica = objects(properties, 'Replicas').find((item) => item['Region'] === region) ?? {};
  const common = commonSpec(properties);
  const provisioned = common.billingMode === 'PROVISIONED';
  const replicaIndexes = objects(replica, 'GlobalSecondaryIndexes');
  return {
    ...common,
    throughput: provisioned ? throughput(properties, replica) : undefined,
    indexes: objects(properties, 'GlobalSecondaryIndexes').map((index) => {
      const ofReplica = replicaIndexes.find(({ IndexName }) => IndexName === index['IndexName']) ?? {};
      return indexSpec(index, provisioned ? throughput(index, ofReplica) : undefined, {
        MaxReadRequestUnits: optionalNumber(object(ofReplica, 'ReadOnDemandThroughputSettings'), 'MaxReadRequestUnits'),
        MaxWriteRequestUnits: optionalNumber(object(index, 'WriteOnDemandThroughputSettings'), 'MaxWriteRequestUnits'),
      });
    }),
    tableClass: optionalText(replica, 'TableClass') ?? 'STANDARD',
    streamView: optionalText(object(properties, 'StreamSpecification'), 'StreamViewType'),
    recoveryDays: recoveryDays(object(replica, 'PointInTimeRecoverySpecification')),
    deletionProtection: flag(replica, 'DeletionProtectionEnabled'),
    tags: tags(replica),
  };
}

/** Writes are set for the table and reads for each replica, fixed or with auto scaling, which begins at its minimum. */
function throughput(properties: Properties, replica: Properties): Throughput {
  return {
    ReadCapacityUnits: capacity(object(replica, 'ReadProvisionedThroughputSettings'), 'Read'),
    WriteCapacityUnits: capacity(object(properties, 'WriteProvisionedThroughputSettings'), 'Write'),
  };
}

function capacity(settings: Properties, kind: 'Read' | 'Write'): number {
  const fixed = optionalNumber(settings, `${kind}CapacityUnits`);
  return fixed ?? optionalNumber(object(settings, `${kind}CapacityAutoScalingSettings`), 'MinCapacity') ?? 1;
}
