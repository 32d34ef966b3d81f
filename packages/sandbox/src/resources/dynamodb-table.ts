import type { Properties, ResourceType } from '../cloudformation/resource-type';
import type { DynamoDbService } from '../services/dynamodb';
import { commonSpec, indexSpec, recoveryDays, type TableSpec, type Throughput, tags } from './dynamodb/table-spec';
import { tableType } from './dynamodb/table-type';
import { flag, object, objects, optionalNumber, optionalText } from './properties';

/** AWS::DynamoDB::Table. */
export function dynamoDbTableType(service: Pick<DynamoDbService, 'call'>): ResourceType {
  return tableType(service, parse);
}

function parse(properties: Properties): TableSpec {
  const common = commonSpec(properties);
  return {
    ...common,
    throughput: throughput(properties),
    indexes: objects(properties, 'GlobalSecondaryIndexes').map((index) => {
      const limits = object(index, 'OnDemandThroughput');
      return indexSpec(index, throughput(index), {
        MaxReadRequestUnits: optionalNumber(limits, 'MaxReadRequestUnits'),
        MaxWriteRequestUnits: optionalNumber(limits, 'MaxWriteRequestUnits'),
      });
    }),
    tableClass: optionalText(properties, 'TableClass') ?? 'STANDARD',
    streamView: optionalText(object(properties, 'StreamSpecification'), 'StreamViewType'),
    recoveryDays: recoveryDays(object(properties, 'PointInTimeRecoverySpecification')),
    deletionProtection: flag(properties, 'DeletionProtectionEnabled'),
    tags: tags(properties),
  };
}

function throughput(properties: Properties): Throughput | undefined {
  const given = object(properties, 'ProvisionedThroughput');
  const read = optionalNumber(given, 'ReadCapacityUnits');
  const write = optionalNumber(given, 'WriteCapacityUnits');
  if (read === undefined || write === undefined) return undefined;
  return { ReadCapacityUnits: read, WriteCapacityUnits: write };
}
