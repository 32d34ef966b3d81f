import { GetResourcePolicyCommand } from '@aws-sdk/client-dynamodb';
import { errorName, patiently } from './retry';
import { gone, type TableRequests } from './table-requests';

/** The resource policy of a table (aws-facts DDB-29); undefined when it has none, or does not exist. */
export async function resourcePolicyOf(
  requests: TableRequests,
  table: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const found = await requests.find(table);
  if (!found) return undefined;
  const get = new GetResourcePolicyCommand({ ResourceArn: found.TableArn });
  try {
    const { Policy } = await patiently(() => requests.client.send(get));
    return Policy === undefined ? undefined : (JSON.parse(Policy) as Readonly<Record<string, unknown>>);
  } catch (error) {
    if ([gone, 'PolicyNotFoundException'].includes(errorName(error))) return undefined;
    throw error;
  }
}
