import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  type BatchStatementRequest,
  type BatchStatementResponse,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { MigrationError } from '../../../core/errors/index';
import type { ChangeResult, HeldLease } from '../../../core/ports';
import { errorName, patiently } from '../retry';
import type { Attributes } from './attribute-text';
import { toRequest } from './expressions';
import type { PreparedChange } from './prepared-change';
import { toStatement } from './statements';

/** Of one request: statements and puts (aws-facts DDB-40 and DDB-42), and keys that are read (aws-facts DDB-13). */
const mostWrites = 25;
const mostKeys = 100;

/** Requests of one worker that are under way at the same time. */
const inFlight = 8;

/** What DynamoDB refuses for now, statement by statement (aws-facts DDB-40). */
const refusedForNow: readonly string[] = [
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'ThrottlingError',
  'TransactionConflict',
  'InternalServerError',
];

/** Waits like a request that was throttled as a whole. */
class Throttled extends Error {
  override readonly name = 'ThrottlingException';
}

/** The requests that read and write items of one table. Before each that writes the lease is looked at. */
export class ItemRequests {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly lease: HeldLease,
  ) {}

  /** Each change is written as a statement once, though it is checked before it is made. */
  private readonly statements = new WeakMap<PreparedChange, BatchStatementRequest | false>();

  /** The items with these keys, strongly consistent, in any order. */
  async get(keys: readonly Attributes[]): Promise<readonly Attributes[]> {
    const found: Attributes[] = [];
    await inParallel(chunks(keys, mostKeys), (chunk) =>
      this.untilNoneIsLeft(
        chunk,
        async (left) => {
          const command = new BatchGetItemCommand({
            RequestItems: { [this.table]: { Keys: [...left], ConsistentRead: true } },
          });
          const { Responses, UnprocessedKeys } = await this.client.send(command);
          found.push(...(Responses?.[this.table] ?? []));
          return UnprocessedKeys?.[this.table]?.Keys ?? [];
        },
        patiently,
      ),
    );
    return found;
  }

  /** @throws DATA_EXPRESSION */
  check(change: PreparedChange): void {
    if (change.change !== 'put' && !this.statementOf(change)) toRequest(change, this.table);
  }

  private statementOf(change: PreparedChange): BatchStatementRequest | false {
    const statement = this.statements.get(change) ?? toStatement(change, this.table) ?? false;
    this.statements.set(change, statement);
    return statement;
  }

  /** The results are in the order of the changes. */
  async write(changes: readonly PreparedChange[]): Promise<readonly ChangeResult[]> {
    const results = new Map<PreparedChange, ChangeResult>();
    const puts: PreparedChange[] = [];
    const statements: Stated[] = [];
    const others: PreparedChange[] = [];
    for (const change of changes) {
      const statement = change.change !== 'put' && this.statementOf(change);
      if (change.change === 'put') puts.push(change);
      else if (statement) statements.push({ change, statement });
      else others.push(change);
    }
    const note = (change: PreparedChange, result: ChangeResult) => void results.set(change, result);
    await inParallel(
      [
        ...chunks(puts, mostWrites).map((chunk) => () => this.putAll(chunk, note)),
        ...chunks(statements, mostWrites).map((chunk) => () => this.execute(chunk, note)),
        ...others.map((change) => async () => note(change, await this.change(change))),
      ],
      (send) => send(),
    );
    return changes.map((change) => results.get(change)!);
  }

  private async putAll(changes: readonly PreparedChange[], note: Note): Promise<void> {
    const requests = changes.map((change) => ({ PutRequest: { Item: itemOf(change) } }));
    await this.untilNoneIsLeft(requests, async (left) => {
      const command = new BatchWriteItemCommand({ RequestItems: { [this.table]: [...left] } });
      const { UnprocessedItems } = await this.client.send(command);
      return (UnprocessedItems?.[this.table] ?? []) as typeof requests;
    });
    for (const change of changes) note(change, 'written');
  }

  /** A lost answer does no harm: the change is found a conflict, and the item, read again, is as it should be. */
  private async execute(all: readonly Stated[], note: Note): Promise<void> {
    const inexpressible: PreparedChange[] = [];
    await this.untilNoneIsLeft(all, async (left) => {
      const command = new BatchExecuteStatementCommand({ Statements: left.map(({ statement }) => statement) });
      const { Responses = [] } = await this.client.send(command);
      return left.filter(({ change }, index) => {
        const verdict = verdictOf(Responses[index]);
        if (verdict === 'expression') inexpressible.push(change);
        else if (verdict !== 'again') note(change, verdict);
        return verdict === 'again';
      });
    });
    for (const change of inexpressible) note(change, await this.change(change));
  }

  private async change(change: PreparedChange): Promise<ChangeResult> {
    const request = toRequest(change, this.table);
    try {
      await this.patiently(() => this.client.send(request as never));
      return 'written';
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return 'conflict';
      throw errorName(error) === 'ValidationException' ? this.refused(error as Error) : error;
    }
  }

  private async untilNoneIsLeft<T>(
    all: readonly T[],
    send: (left: readonly T[]) => Promise<readonly T[]>,
    repeat: (send: () => Promise<void>) => Promise<void> = (work) => this.patiently(work),
  ) {
    let left = all;
    await repeat(async () => {
      left = await send(left);
      if (left.length > 0) throw new Throttled(`${left.length} requests on ${this.table} were refused for now.`);
    });
  }

  private patiently<T>(send: () => Promise<T>): Promise<T> {
    return patiently(async () => {
      await this.lease.guard();
      return send();
    });
  }

  private refused(error: Error): MigrationError {
    return new MigrationError(
      'DATA_REFUSED',
      `DynamoDB refused a change of an item of ${this.table}: ${error.message}`,
      {
        payload: { table: this.table },
        cause: error,
        hint: 'An item has at most 400 KB, and an attribute that is the key of an index has its type.',
      },
    );
  }
}

interface Stated {
  readonly change: PreparedChange;
  readonly statement: BatchStatementRequest;
}

type Note = (change: PreparedChange, result: ChangeResult) => void;

/** `expression`: this statement cannot be had, so the change becomes a request of its own, which also says why. */
function verdictOf({ Error: refusal }: BatchStatementResponse = {}): ChangeResult | 'again' | 'expression' {
  const code = String(refusal?.Code ?? '');
  if (code === '') return 'written';
  if (code === 'ConditionalCheckFailed' || code === 'DuplicateItem') return 'conflict';
  return refusedForNow.includes(code) ? 'again' : 'expression';
}

function itemOf(change: PreparedChange): Attributes {
  return 'item' in change ? change.item : {};
}

function chunks<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}

/** Some at the same time. The first error ends it, after what is under way has ended. */
async function inParallel<T>(all: readonly T[], work: (one: T) => Promise<unknown>): Promise<void> {
  const left = [...all];
  const errors: unknown[] = [];
  const worker = async () => {
    for (let one = left.shift(); one !== undefined && errors.length === 0; one = left.shift()) {
      await work(one).catch((error: unknown) => errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, all.length) }, worker));
  if (errors.length > 0) throw errors[0];
}
