import { isDeepStrictEqual } from 'node:util';
import { type Input, record, records, text } from '../input';
import type { Operation, OperationContext } from './operation';
import type { TableDescription } from './table-description';

/**
 * dynoxide has a single permanent list of changes per table: the stream that a table gets when streams are enabled again
 * would begin with the changes of the one before. So where a stream begins is remembered when it is enabled. Not
 * repaired: a disabled stream can be read no more, while DynamoDB keeps it for 24 hours.
 */
export async function rememberStreamStart(
  table: TableDescription,
  { forward, facts }: OperationContext,
): Promise<void> {
  const stream = table.LatestStreamArn;
  if (stream === undefined) return;
  const { StreamDescription } = await forward('DescribeStream', { StreamArn: stream });
  const [shard] = records(StreamDescription as Input, 'Shards');
  // A stream without a shard has no change yet, so it begins at its beginning.
  if (!shard) return;
  const latest = { StreamArn: stream, ShardId: shard['ShardId'], ShardIteratorType: 'LATEST' };
  const { ShardIterator } = await forward('GetShardIterator', latest);
  const starts = { ...facts.of(table.TableName).streamStarts, [stream]: ShardIterator as string };
  facts.set(table.TableName, { streamStarts: starts });
}

/** dynoxide gives the open shard an ending sequence number, which tells readers that it is closed. */
const describeStream: Operation = async (input, { forward }) => {
  const answer = await forward('DescribeStream', input);
  const description = record(answer, 'StreamDescription');
  const shards = records(description, 'Shards').map((shard) => {
    const { EndingSequenceNumber: _open, ...range } = record(shard, 'SequenceNumberRange');
    return { ...shard, SequenceNumberRange: range };
  });
  return { StreamDescription: { ...description, Shards: shards } };
};

const getShardIterator: Operation = async (input, { forward, facts }) => {
  const stream = text(input, 'StreamArn');
  const start = facts.of(tableOfStream(stream)).streamStarts?.[stream];
  if (input['ShardIteratorType'] === 'TRIM_HORIZON' && start !== undefined) return { ShardIterator: start };
  return forward('GetShardIterator', input);
};

/**
 * dynoxide calls its region `dynoxide` in each record, and records a write that changed nothing, for which DynamoDB has
 * no record (aws-facts DDB-9). The latter shows only when the stream has both images.
 */
export function getRecords(region: string): Operation {
  return async (input, { forward }) => {
    const answer = await forward('GetRecords', input);
    const changed = records(answer, 'Records').filter((change) => !changedNothing(record(change, 'dynamodb')));
    return { ...answer, Records: changed.map((change) => ({ ...change, awsRegion: region })) };
  };
}

function changedNothing({ OldImage, NewImage }: Input): boolean {
  return OldImage !== undefined && isDeepStrictEqual(OldImage, NewImage);
}

export function tableOfStream(streamArn: string): string {
  return /:table\/([^/]+)\/stream\//.exec(streamArn)?.[1] ?? '';
}

export const STREAM_OPERATIONS: Readonly<Record<string, Operation>> = {
  DescribeStream: describeStream,
  GetShardIterator: getShardIterator,
};
