import { BatchWriteItemCommand, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { Sandbox } from '@cdk-migrations/sandbox';

const table = 'nutrition-mealPlans';
const batchSize = 25;

/** How many plans there are besides those that the demo's users make. */
export const generatedPlans = 5_000;

/** How many plans have which shape. */
export interface PlanCounts {
  /** With a portion such as `150 g`. */
  readonly former: number;
  /** With an amount and a unit instead. */
  readonly measured: number;
}

/** Writes plans of the first release's shape, as years of use would have. */
export async function generatePlans(sandbox: Sandbox): Promise<void> {
  const client = clientOf(sandbox);
  for (let first = 0; first < generatedPlans; first += batchSize) {
    const requests = Array.from({ length: batchSize }, (_, index) => ({ PutRequest: { Item: plan(first + index) } }));
    const { UnprocessedItems = {} } = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [table]: requests } }),
    );
    if (Object.keys(UnprocessedItems).length > 0) throw new Error('The sandbox refused items.');
  }
  client.destroy();
}

export async function countPlans(sandbox: Sandbox): Promise<PlanCounts> {
  const client = clientOf(sandbox);
  let [former, measured] = [0, 0];
  for await (const { Items = [] } of paginateScan({ client }, { TableName: table, ConsistentRead: true })) {
    former += Items.filter(({ portion }) => portion).length;
    measured += Items.filter(({ portion, amount, unit }) => !portion && amount?.N && unit?.S === 'g').length;
  }
  client.destroy();
  return { former, measured };
}

function plan(number: number) {
  return {
    userId: { S: `generated-${number}` },
    day: { S: '2025-11-03' },
    week: { S: '2025-W45' },
    diet: { S: 'any' },
    portion: { S: `${100 + (number % 300)} g` },
  };
}

function clientOf({ endpoint }: Sandbox): DynamoDBClient {
  return new DynamoDBClient({
    ...{ endpoint, region: 'us-east-1' },
    credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
  });
}
