import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type LedgerLocation, ledgerOutputDescription, resourceTypes } from '../core/wire';
import type { CloudFormationClient, Stack } from '../lambda/aws/seldom-clients';
import { portsOn } from './ledger-ports';

export interface FoundLedger {
  readonly stack: string;
  readonly location: Pick<LedgerLocation, 'scope' | 'table'>;
}

export interface FindingClients {
  readonly cloudFormation: CloudFormationClient;
  readonly dynamodb: DynamoDBClient;
}

/** The ledgers of one stack, or of all stacks. */
export async function findLedgers(clients: FindingClients, stack: string | undefined): Promise<readonly FoundLedger[]> {
  const stacks = await describeStacks(clients, stack);
  const found = await Promise.all(
    stacks.map(async (one) => {
      const named = byOutputs(one);
      return named.length > 0 ? named : byResources(clients, one);
    }),
  );
  return found.flat();
}

async function describeStacks(
  { cloudFormation }: FindingClients,
  stack: string | undefined,
): Promise<readonly Stack[]> {
  const { paginateDescribeStacks } = await import('../lambda/aws/seldom-clients.js');
  const stacks: Stack[] = [];
  for await (const page of paginateDescribeStacks({ client: cloudFormation }, { StackName: stack })) {
    stacks.push(...(page.Stacks ?? []));
  }
  return stacks;
}

function byOutputs({ StackName = '', Outputs = [] }: Stack): readonly FoundLedger[] {
  return Outputs.filter(({ Description }) => Description === ledgerOutputDescription).map(({ OutputValue = '' }) => ({
    stack: StackName,
    location: JSON.parse(OutputValue) as LedgerLocation,
  }));
}

/**
 * A stack whose first deployment failed has no outputs, but is the most likely one to need repair. The physical id of its
 * migrations is the scope, and the ledger is the one of its tables that knows this scope.
 */
async function byResources(
  { cloudFormation, dynamodb }: FindingClients,
  { StackName = '' }: Stack,
): Promise<readonly FoundLedger[]> {
  const { DescribeStackResourcesCommand } = await import('../lambda/aws/seldom-clients.js');
  const { StackResources = [] } = await cloudFormation.send(new DescribeStackResourcesCommand({ StackName }));
  const idsOf = (type: string) =>
    StackResources.filter(({ ResourceType }) => ResourceType === type).flatMap(
      ({ PhysicalResourceId: id }) => id || [],
    );
  const pairs = idsOf(resourceTypes.migrations).flatMap((scope) =>
    idsOf('AWS::DynamoDB::Table').map((table) => ({ scope, table })),
  );
  const known = await Promise.all(pairs.map((location) => knowsScope(dynamodb, location)));
  return pairs.filter((_pair, index) => known[index]).map((location) => ({ stack: StackName, location }));
}

async function knowsScope(dynamodb: DynamoDBClient, { scope, table }: FoundLedger['location']): Promise<boolean> {
  const { ledger } = await portsOn(table, dynamodb);
  try {
    return (await ledger.load(scope)).version > 0;
  } catch (error) {
    // A table with another key is not a ledger, and a deleted one knows nothing.
    const { name } = error as Error;
    if (name === 'ValidationException' || name === 'ResourceNotFoundException') return false;
    throw error;
  }
}
