import { AwsError } from '../../aws-error';
import type { Clock } from '../clock';
import type { Delay } from './assumptions';
import type { IndexDescription, TableDescription } from './table-description';

interface TableTransition {
  readonly status: 'CREATING' | 'UPDATING' | 'DELETING';
  readonly since: number;
  readonly until: number;
  /** What a table that is being deleted looks like: the server has dropped it at once. */
  readonly ghost?: TableDescription;
}

interface IndexTransition {
  readonly status: 'CREATING' | 'DELETING';
  /** End of resource allocation: until then the table is UPDATING, after it a new index is Backfilling. */
  readonly allocated: number;
  readonly until: number;
  readonly ghost?: IndexDescription;
}

const NOT_FOUND = 'Requested resource not found';

/**
 * The asynchronous states of tables and indexes (aws-facts DDB-1). dynoxide does everything at once and answers ACTIVE;
 * code that does not wait would work on it and fail on AWS. The states are held by the clock, in memory: what was in
 * progress when the sandbox ended is complete when it starts again.
 */
export class Lifecycle {
  readonly #delay: Delay;
  readonly #tables = new Map<string, TableTransition>();
  readonly #indexes = new Map<string, ReadonlyMap<string, IndexTransition>>();

  constructor(
    delay: Delay,
    private readonly clock: Clock,
  ) {
    this.#delay = delay;
  }

  creating(table: string): void {
    this.#enter(table, 'CREATING', 'dynamodb-table-create-ms');
  }

  updating(table: string): void {
    this.#enter(table, 'UPDATING', 'dynamodb-table-update-ms');
  }

  deleting(table: string, ghost: TableDescription): void {
    this.#indexes.delete(table);
    this.#enter(table, 'DELETING', 'dynamodb-table-create-ms', ghost);
  }

  indexChanging(table: string, index: string, status: IndexTransition['status'], ghost?: IndexDescription): void {
    const [now, duration] = [this.clock.now(), this.#delay('dynamodb-index-build-ms')];
    const transition = {
      status,
      allocated: now + duration / (status === 'CREATING' ? 2 : 1),
      until: now + duration,
      ghost,
    };
    this.#indexes.set(table, new Map([...this.#indexesOf(table), [index, transition]]));
  }

  /** The table as DynamoDB would describe it now. */
  describe(description: TableDescription): TableDescription {
    const { TableName: name, GlobalSecondaryIndexes: given = [] } = description;
    const now = this.clock.now();
    const table = this.#table(name);
    const indexes = this.#indexesOf(name);
    const known = given.map((index) => describeIndex(index, table, indexes.get(index.IndexName), now));
    const leaving = [...indexes.values()].flatMap(({ ghost }) =>
      ghost ? [{ ...ghost, IndexStatus: 'DELETING' }] : [],
    );
    const all = [...known, ...leaving];
    const status = table?.status ?? (this.#allocating(name, now) ? 'UPDATING' : 'ACTIVE');
    return { ...description, TableStatus: status, ...(all.length > 0 ? { GlobalSecondaryIndexes: all } : {}) };
  }

  /** A table that is being deleted, which the server does not know any more. */
  ghost(table: string): TableDescription | undefined {
    const ghost = this.#table(table)?.ghost;
    return ghost && { ...ghost, TableStatus: 'DELETING' };
  }

  /** For DescribeTable: a table may stay unseen for a moment after CreateTable. */
  refuseUnseen(table: string): void {
    const transition = this.#table(table);
    if (transition?.status !== 'CREATING') return;
    if (this.clock.now() >= transition.since + this.#delay('dynamodb-create-visible-ms')) return;
    throw new AwsError('ResourceNotFoundException', `${NOT_FOUND}: Table: ${table} not found`);
  }

  /** For the data plane: a table answers from its first ACTIVE until DeleteTable, an index while it is ACTIVE. */
  refuseUnreadable(table: string, index?: string): void {
    const status = this.#table(table)?.status;
    if (status === 'CREATING' || status === 'DELETING') throw new AwsError('ResourceNotFoundException', NOT_FOUND);
    if (index === undefined || this.#indexesOf(table).get(index)?.status !== 'CREATING') return;
    throw new AwsError('ValidationException', `Cannot read from backfilling global secondary index: ${index}`);
  }

  /** For CreateTable, UpdateTable and DeleteTable. */
  refuseBusy(table: string): void {
    const status = this.#table(table)?.status ?? (this.#allocating(table) ? 'UPDATING' : undefined);
    if (!status) return;
    const doing = { CREATING: 'created', UPDATING: 'updated', DELETING: 'deleted' }[status];
    throw new AwsError(
      'ResourceInUseException',
      `Attempt to change a resource which is still in use: Table is being ${doing}: ${table}`,
    );
  }

  /** One index is created or deleted at a time; the one that is backfilling may be deleted, which ends its creation. */
  refuseSecondIndexChange(table: string, deleted: string | undefined): void {
    const others = [...this.#indexesOf(table).keys()].filter((index) => index !== deleted);
    if (others.length > 0) throw oneIndexOnly(table);
  }

  #enter(
    table: string,
    status: TableTransition['status'],
    delay: Parameters<Delay>[0],
    ghost?: TableDescription,
  ): void {
    const since = this.clock.now();
    this.#tables.set(table, { status, since, until: since + this.#delay(delay), ghost });
  }

  #table(table: string): TableTransition | undefined {
    const transition = this.#tables.get(table);
    if (transition && this.clock.now() >= transition.until) this.#tables.delete(table);
    return this.#tables.get(table);
  }

  #indexesOf(table: string): ReadonlyMap<string, IndexTransition> {
    const now = this.clock.now();
    const pending = [...(this.#indexes.get(table) ?? [])].filter(([, { until }]) => now < until);
    const indexes = new Map(pending);
    this.#indexes.set(table, indexes);
    return indexes;
  }

  #allocating(table: string, now = this.clock.now()): boolean {
    return [...this.#indexesOf(table).values()].some(({ allocated }) => now < allocated);
  }
}

export function oneIndexOnly(table: string): AwsError {
  return new AwsError(
    'LimitExceededException',
    `Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table: ${table}`,
  );
}

function describeIndex(
  index: IndexDescription,
  table: TableTransition | undefined,
  transition: IndexTransition | undefined,
  now: number,
): IndexDescription {
  if (transition) return { ...index, IndexStatus: transition.status, Backfilling: now >= transition.allocated };
  return { ...index, IndexStatus: table?.status === 'CREATING' ? 'CREATING' : 'ACTIVE' };
}
