import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { ItemRequests } from '../../lambda/aws/items/item-requests';
import type { PreparedChange } from '../../lambda/aws/items/prepared-change';
import { session } from '../ports/support/records';

type Command = { readonly constructor: { readonly name: string }; readonly input: Record<string, unknown> };

/** Answers each request by the next of these, and notes it. */
function requests(...answers: readonly ((command: Command) => unknown)[]) {
  const sent: Command[] = [];
  const left = [...answers];
  const client = {
    async send(command: Command) {
      sent.push(command);
      return left.shift()!(command);
    },
  } as unknown as DynamoDBClient;
  return { sent, requests: new ItemRequests(client, 't', session(1)) };
}

const update = (id: string): PreparedChange => ({
  ...{ change: 'update', key: { id: { S: id } }, sets: [['x', { N: '1' }]], removes: [], conditions: [] },
});
const put = (id: string): PreparedChange => ({ change: 'put', key: { id: { S: id } }, item: { id: { S: id } } });
const code = (Code: string) => ({ Error: { Code } });
const namesOf = (sent: readonly Command[]) => sent.map((command) => command.constructor.name);

describe('requests that DynamoDB does in part', () => {
  it('statements that were throttled are sent again, and only those', async () => {
    const { sent, requests: under } = requests(
      () => ({ Responses: [{}, code('ProvisionedThroughputExceeded'), code('ConditionalCheckFailed')] }),
      () => ({ Responses: [code('DuplicateItem')] }),
    );
    expect(await under.write(['a', 'b', 'c'].map(update))).toEqual(['written', 'conflict', 'conflict']);
    expect(sent.map(({ input }) => (input['Statements'] as unknown[]).length)).toEqual([3, 1]);
  });

  it('a statement that is refused as it stands becomes a request with expressions', async () => {
    const { sent, requests: under } = requests(
      () => ({ Responses: [code('ValidationError'), {}] }),
      () => ({}),
    );
    expect(await under.write(['a', 'b'].map(update))).toEqual(['written', 'written']);
    expect(namesOf(sent)).toEqual(['BatchExecuteStatementCommand', 'UpdateItemCommand']);
    expect(sent[1]!.input).toMatchObject({ Key: { id: { S: 'a' } }, ConditionExpression: 'attribute_exists(#0)' });
  });

  it('puts that are left over are sent again', async () => {
    const left = { PutRequest: { Item: { id: { S: 'b' } } } };
    const { sent, requests: under } = requests(
      () => ({ UnprocessedItems: { t: [left] } }),
      () => ({}),
    );
    expect(await under.write(['a', 'b'].map(put))).toEqual(['written', 'written']);
    expect(sent[1]!.input).toEqual({ RequestItems: { t: [left] } });
  });

  it('keys that are left over are asked for again', async () => {
    const { requests: under } = requests(
      () => ({ Responses: { t: [{ id: { S: 'a' } }] }, UnprocessedKeys: { t: { Keys: [{ id: { S: 'b' } }] } } }),
      () => ({ Responses: { t: [{ id: { S: 'b' } }] } }),
    );
    const keys = ['a', 'b'].map((id) => ({ id: { S: id } }));
    expect(await under.get(keys)).toEqual(keys);
  });

  it('a failure ends the work, after what is under way', async () => {
    const { sent, requests: under } = requests(() => {
      throw new Error('broken');
    });
    await expect(under.write([update('a')])).rejects.toThrow('broken');
    expect(sent).toHaveLength(1);
  });
});
