import { AwsError } from '../../aws-error';
import type {
  CreateRequest,
  Properties,
  ResourceResult,
  ResourceType,
  UpdateRequest,
} from '../../cloudformation/resource-type';
import type { DynamoDbService } from '../../services/dynamodb';
import { optionalText } from '../properties';
import { changedProperty, freshName, refuseNamedReplacement } from '../replacement';
import { type Table, TableClient } from './table-client';
import { attributeDefinitions, encryptionInput, type TableSpec, toTags } from './table-spec';
import { CHANGES, indexInput, refuseIndexChanges } from './update-table';

const MAX_NAME = 255;
const REPLACING = ['TableName', 'KeySchema', 'LocalSecondaryIndexes'];

/** A DynamoDB table under CloudFormation's rules (aws-facts DDB-11), whichever type's properties describe it. */
export function tableType(
  service: Pick<DynamoDbService, 'call'>,
  parse: (properties: Properties) => TableSpec,
): ResourceType {
  const create = async (request: CreateRequest): Promise<ResourceResult> => {
    const spec = parse(request.properties);
    const given = optionalText(request.properties, 'TableName');
    const table = new TableClient(service, given ?? freshName(request, MAX_NAME));
    await createTable(table, spec, request);
    const settled = { ...spec, timeToLive: undefined, recoveryDays: undefined };
    for (const change of CHANGES) await change(table, spec, settled);
    return result(await table.active());
  };

  const update = async (request: UpdateRequest): Promise<ResourceResult> => {
    const [after, before] = [parse(request.properties), parse(request.oldProperties)];
    if (needsReplacement(request, after, before)) {
      refuseNamedReplacement(optionalText(request.properties, 'TableName'), request);
      return create(request);
    }
    refuseIndexChanges(after, before);
    const table = new TableClient(service, request.physicalId);
    for (const change of CHANGES) await change(table, after, before);
    return result(await table.active());
  };

  return {
    create,
    update,
    async delete({ physicalId }) {
      const table = new TableClient(service, physicalId);
      const current = await table.describe();
      if (!current) return;
      // DynamoDB deletes a table only from ACTIVE (aws-facts DDB-5).
      if (current.TableStatus !== 'DELETING') await table.active();
      await table.call('DeleteTable');
      await table.gone();
    },
  };
}

async function createTable(table: TableClient, spec: TableSpec, request: CreateRequest): Promise<void> {
  const encryption = encryptionInput(spec);
  const { tags, tableClass, throughput, streamView } = spec;
  const input = {
    KeySchema: spec.keySchema,
    AttributeDefinitions: attributeDefinitions(spec),
    BillingMode: spec.billingMode,
    DeletionProtectionEnabled: spec.deletionProtection,
    TableClass: tableClass,
    ...(throughput && { ProvisionedThroughput: throughput }),
    ...(spec.localIndexes.length > 0 && { LocalSecondaryIndexes: spec.localIndexes }),
    ...(spec.indexes.length > 0 && { GlobalSecondaryIndexes: spec.indexes.map(indexInput) }),
    ...(streamView && { StreamSpecification: { StreamEnabled: true, StreamViewType: streamView } }),
    ...(encryption && { SSESpecification: encryption }),
    ...(Object.keys(tags).length > 0 && { Tags: toTags(tags) }),
  };
  try {
    await table.call('CreateTable', input);
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'ResourceInUseException') throw error;
    throw new AwsError(
      'AlreadyExists',
      `Resource of type '${request.type}' with identifier '${table.name}' already exists. Delete it or choose another name.`,
    );
  }
  // Only now: the id of a table that already existed must not be known, or the rollback would delete it.
  request.issued(table.name);
  await table.active();
}

/** Editing the type of an attribute replaces the table; attributes may come and go with indexes. */
function needsReplacement(request: UpdateRequest, after: TableSpec, before: TableSpec): boolean {
  const edited = Object.entries(before.attributes).some(([name, type]) => (after.attributes[name] ?? type) !== type);
  return edited || changedProperty(request, REPLACING) !== undefined;
}

function result({ TableName, TableArn, TableId, LatestStreamArn, StreamSpecification }: Table): ResourceResult {
  const stream = StreamSpecification?.StreamEnabled ? LatestStreamArn : undefined;
  return { physicalId: TableName, attributes: { Arn: TableArn, TableId, ...(stream && { StreamArn: stream }) } };
}
