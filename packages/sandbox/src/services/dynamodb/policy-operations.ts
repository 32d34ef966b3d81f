import { AwsError } from '../../aws-error';
import { type Input, text } from '../input';
import { tableName } from './arns';
import type { Operation, OperationContext } from './operation';
import { refusePolicy, refuseTags } from './refusals';
import type { TableDescription } from './table-description';

/**
 * Settings of tables that dynoxide does not know and the sandbox only keeps: nothing is allowed or shown because of them.
 * A resource policy (aws-facts DDB-29), and contributor insights. Tags it knows, but not those that are reserved.
 */
const putResourcePolicy: Operation = async (input, context) => {
  const { table, document } = await policyOf(input, context);
  const given = text(input, 'Policy');
  refusePolicy(given);
  const next = { text: given, revision: given === document?.text ? document.revision : String(context.clock.now()) };
  context.facts.set(table, { policy: next });
  return { RevisionId: next.revision };
};

const getResourcePolicy: Operation = async (input, context) => {
  const { table, document } = await policyOf(input, context);
  if (document) return { Policy: document.text, RevisionId: document.revision };
  throw new AwsError(
    'PolicyNotFoundException',
    `Resource-based policy not found for the provided ResourceArn: ${table}`,
  );
};

const deleteResourcePolicy: Operation = async (input, context) => {
  const { table, document } = await policyOf(input, context);
  context.facts.set(table, { policy: undefined });
  return document ? { RevisionId: document.revision } : {};
};

async function policyOf(input: Input, { facts, forward }: OperationContext) {
  const table = tableName(text(input, 'ResourceArn'));
  await forward('DescribeTable', { TableName: table });
  return { table, document: facts.of(table).policy };
}

const updateContributorInsights: Operation = async (input, context) => {
  const { table, key, given } = await insightsOf(input, context);
  const action = text(input, 'ContributorInsightsAction');
  const enabled = new Set(given);
  if (action === 'ENABLE') enabled.add(key);
  else enabled.delete(key);
  context.facts.set(table, { insights: [...enabled] });
  return named(input, action === 'ENABLE' ? 'ENABLING' : 'DISABLING');
};

const describeContributorInsights: Operation = async (input, context) => {
  const { key, given } = await insightsOf(input, context);
  return named(input, given.includes(key) ? 'ENABLED' : 'DISABLED');
};

/** Of the table (`''`) or one of its indexes. */
async function insightsOf(input: Input, { lifecycle, facts, forward }: OperationContext) {
  const table = text(input, 'TableName');
  lifecycle.refuseUnreadable(table);
  const { Table } = await forward('DescribeTable', { TableName: table });
  const { GlobalSecondaryIndexes: indexes = [] } = Table as TableDescription;
  const key = String(input['IndexName'] ?? '');
  if (key !== '' && !indexes.some(({ IndexName }) => IndexName === key)) {
    throw new AwsError('ResourceNotFoundException', `Requested resource not found: Index: ${key} not found`);
  }
  return { table, key, given: facts.of(table).insights ?? [] };
}

const tagResource: Operation = async (input, { forward }) => {
  refuseTags(input);
  return forward('TagResource', input);
};

function named({ TableName, IndexName }: Input, ContributorInsightsStatus: string): Input {
  return { TableName, IndexName, ContributorInsightsStatus };
}

export const POLICY_OPERATIONS: Readonly<Record<string, Operation>> = {
  PutResourcePolicy: putResourcePolicy,
  GetResourcePolicy: getResourcePolicy,
  DeleteResourcePolicy: deleteResourcePolicy,
  UpdateContributorInsights: updateContributorInsights,
  DescribeContributorInsights: describeContributorInsights,
  TagResource: tagResource,
};
