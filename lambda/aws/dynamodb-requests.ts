import { ConditionalCheckFailedException, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Requests } from '../../core/ports';
import { isSuperseded, type Outcome, type RecordedRequest } from '../../core/request/request';
import { fromItem, keyOf, type LedgerTable, sortKeys, toItem } from './ledger-table';
import { patiently } from './retry';

/** Seconds after which DynamoDB may forget a request: its story is in the audit events. */
const keptSeconds = 30 * 24 * 3600;

export class DynamoDbRequests implements Requests {
  constructor(private readonly table: LedgerTable) {}

  record(request: RecordedRequest): Promise<boolean> {
    const expiresAt = Math.floor(request.receivedAt / 1000) + keptSeconds;
    const Item = {
      ...toItem({ ...request, timeToLive: expiresAt }),
      ...keyOf(request.scope, sortKeys.request(request.key)),
    };
    const put = new PutItemCommand({
      TableName: this.table.name,
      Item,
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    return unlessRefused(() => this.table.client.send(put));
  }

  async find(scope: string, key: string): Promise<RecordedRequest | undefined> {
    const item = await this.table.get(scope, sortKeys.request(key));
    return item && fromItem<RecordedRequest>(item);
  }

  async setOutcome(scope: string, key: string, outcome: Outcome): Promise<void> {
    const condition = 'attribute_exists(pk) AND attribute_not_exists(outcome)';
    const update = this.update(scope, key, 'SET outcome = :outcome', condition, { ':outcome': outcome });
    await unlessRefused(() => this.table.client.send(update));
  }

  async supersede(by: RecordedRequest, outcome: Outcome): Promise<void> {
    const undecided = { FilterExpression: 'attribute_not_exists(outcome)' };
    const items = await this.table.list(by.scope, sortKeys.request(''), undecided);
    for (const item of items) {
      const older = fromItem<RecordedRequest>(item);
      if (isSuperseded(older, by)) await this.setOutcome(by.scope, older.key, outcome);
    }
  }

  async answered(scope: string, key: string): Promise<void> {
    const update = this.update(scope, key, 'SET answered = :yes REMOVE responseUrl', 'attribute_exists(pk)', {
      ':yes': true,
    });
    // Tried once: after the last answer CloudFormation takes our permissions away, and waiting would not bring them back.
    await this.table.client.send(update);
  }

  private update(scope: string, key: string, change: string, condition: string, values: object): UpdateItemCommand {
    return new UpdateItemCommand({
      TableName: this.table.name,
      Key: keyOf(scope, sortKeys.request(key)),
      UpdateExpression: change,
      ConditionExpression: condition,
      ExpressionAttributeValues: toItem(values),
    });
  }
}

async function unlessRefused(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await patiently(write);
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
