import { AwsError } from '../../aws-error';
import type { StateStore } from '../../state';
import { type AssumptionValues, assume } from '../assumption';
import { type Clock, systemClock } from '../clock';
import { type Input, parseInput } from '../input';
import type { Environment, Service, ServiceResponse } from '../service';
import { translateArns } from './arns';
import { DYNAMODB_ASSUMPTIONS } from './assumptions';
import { BACKUP_OPERATIONS } from './backup-operations';
import { BackupStore } from './backup-store';
import { type Backend, type BackendAnswer, openBackend } from './dynoxide/client';
import { Lifecycle } from './lifecycle';
import type { Operation, OperationContext } from './operation';
import { permissionsOf } from './permissions';
import { POLICY_OPERATIONS } from './policy-operations';
import { SETTING_OPERATIONS } from './setting-operations';
import { getRecords, STREAM_OPERATIONS, tableOfStream } from './stream-operations';
import { TableFactStore } from './table-facts';
import { TABLE_OPERATIONS } from './table-operations';
import { tablesOf, withTableNames } from './tables-of';

export interface DynamoDbOptions {
  readonly state: StateStore;
  readonly environment: Environment;
  readonly assumptions?: AssumptionValues;
  /** Where `DYNAMODB_ENDPOINT`, `DYNOXIDE_PATH` and `PATH` are read. Default: this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default: the time of this machine. */
  readonly clock?: Clock;
  /** Told when the deletion of an index begins. */
  readonly onIndexDeleted?: OperationContext['onIndexDeleted'];
}

export interface DynamoDbService extends Service {
  /** Makes a call as a client would, without permissions; for the resource types and the host. */
  call(operation: string, input: Input): Promise<Input>;
  close(): Promise<void>;
}

/** They carry items, so their bodies pass byte for byte: an item may hold anything, an ARN or a number too long for us. */
const DATA_PLANE = [
  ...['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan', 'BatchGetItem', 'BatchWriteItem'],
  ...['TransactGetItems', 'TransactWriteItems', 'ExecuteStatement', 'BatchExecuteStatement', 'ExecuteTransaction'],
];
const STREAMS = ['ListStreams', 'DescribeStream', 'GetShardIterator', 'GetRecords'];

/**
 * DynamoDB and its streams on dynoxide, corrected where dynoxide differs from AWS in what migrations look at: ARNs, the
 * asynchronous states, one index change at a time, streams that start again when enabled again, time to live, point-in-time
 * recovery, backups, how often a table may be changed, and settings that it does not know.
 * Known and left as it is: the backfill of an index takes in items whose key attribute has another type (DynamoDB leaves
 * them out, aws-facts DDB-32; both refuse them in later writes), a write that changes nothing shows in streams without both images, and an
 * index that is added with several attributes per key is filled and queried by the first of each.
 */
export function dynamoDbService({
  state,
  environment,
  assumptions,
  env = process.env,
  clock = systemClock,
  onIndexDeleted = () => {},
}: DynamoDbOptions): DynamoDbService {
  const chosen = assume(DYNAMODB_ASSUMPTIONS, assumptions);
  const backend = openBackend({ databaseFile: state.path('dynamodb/dynoxide.db'), env });
  const delay = (name: Parameters<typeof chosen>[0]) => Number(chosen(name));
  const context: OperationContext = {
    lifecycle: new Lifecycle(delay, clock),
    facts: new TableFactStore(state),
    backups: new BackupStore(state),
    delay,
    clock,
    onIndexDeleted,
    forward: (operation, input) => forward(backend, environment, operation, input),
  };
  const operations: Readonly<Record<string, Operation>> = {
    ...TABLE_OPERATIONS,
    ...SETTING_OPERATIONS,
    ...POLICY_OPERATIONS,
    ...BACKUP_OPERATIONS,
    ...STREAM_OPERATIONS,
    GetRecords: getRecords(environment.region),
  };
  const streams = new Map<string, string>();
  const inTurn = turns();

  const perform = async (operation: string, body: Buffer): Promise<ServiceResponse> => {
    const given = parseInput(body);
    const named = withTableNames(given);
    const input = named ?? given;
    if (DATA_PLANE.includes(operation)) {
      for (const { table, index } of tablesOf(operation, input)) context.lifecycle.refuseUnreadable(table, index);
      return respond(await backend.send(target(operation), named ? Buffer.from(JSON.stringify(named)) : body));
    }
    const run = operations[operation] ?? ((request, { forward: pass }) => pass(operation, request));
    const output = await inTurn(operation, input, () => run(input, context));
    rememberIterator(streams, input, output);
    return respond({ statusCode: 200, body: Buffer.from(JSON.stringify(output)) });
  };

  return {
    signingNames: ['dynamodb'],
    protocol: 'json',
    permission: ({ operation, body }) =>
      permissionsOf(
        operation,
        parseInput(body),
        environment,
        (table) => context.facts.of(table).partitionKey,
        (iterator) => streams.get(tableOfIterator(iterator)),
      ),
    handle: (request) => perform(request.operation, request.body),
    async call(operation, input) {
      const { statusCode, body } = await perform(operation, Buffer.from(JSON.stringify(input)));
      return parseAnswer({ statusCode, body: body as Buffer });
    },
    close: () => backend.close(),
  };
}

/**
 * Changes of one table run one after the other: of two UpdateTable calls at the same time, the second must find the
 * table UPDATING.
 */
function turns() {
  const last = new Map<string, Promise<unknown>>();
  return <T>(operation: string, { TableName: table }: Input, run: () => Promise<T>): Promise<T> => {
    if (operation.startsWith('Describe') || typeof table !== 'string') return run();
    const turn = (last.get(table) ?? Promise.resolve()).then(run, run);
    last.set(table, turn);
    return turn;
  };
}

async function forward(backend: Backend, environment: Environment, operation: string, input: Input): Promise<Input> {
  const answer = await backend.send(target(operation), Buffer.from(JSON.stringify(input)));
  const carriesItems = ['GetRecords', 'Scan', 'BatchWriteItem'].includes(operation);
  const text = answer.body.toString('utf8');
  return parseAnswer({ ...answer, body: Buffer.from(carriesItems ? text : translateArns(text, environment)) });
}

function target(operation: string): string {
  return `${STREAMS.includes(operation) ? 'DynamoDBStreams' : 'DynamoDB'}_20120810.${operation}`;
}

function parseAnswer({ statusCode, body }: BackendAnswer): Input {
  const { __type: type, message, Message, ...details } = parseInput(body);
  if (statusCode < 400) return parseInput(body);
  const code = String(type ?? 'InternalServerError').replace(/^.*#/, '');
  throw new AwsError(code, String(message ?? Message ?? code), statusCode, details);
}

function respond({ statusCode, body }: BackendAnswer): ServiceResponse {
  return { statusCode, headers: { 'content-type': 'application/x-amz-json-1.0' }, body };
}

/** A shard iterator names no stream that IAM could check; the one its table's iterators were last asked for does. */
function rememberIterator(streams: Map<string, string>, { StreamArn: stream }: Input, output: Input): void {
  if (typeof stream === 'string' && 'ShardIterator' in output) streams.set(tableOfStream(stream), stream);
}

function tableOfIterator(iterator: string): string {
  try {
    return String(parseInput(Buffer.from(iterator, 'base64'))['table_name']);
  } catch {
    // Not one of dynoxide's: it will refuse the request itself.
    return '';
  }
}
