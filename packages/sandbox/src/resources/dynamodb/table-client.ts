import { setTimeout as sleep } from 'node:timers/promises';
import { AwsError } from '../../aws-error';
import type { DynamoDbService } from '../../services/dynamodb';

/** The members of DescribeTable's answer that the resource types look at. */
export interface Table {
  readonly TableName: string;
  readonly TableArn: string;
  readonly TableId: string;
  readonly TableStatus: string;
  readonly GlobalSecondaryIndexes?: readonly { readonly IndexName: string; readonly IndexStatus: string }[];
  readonly StreamSpecification?: { readonly StreamEnabled?: boolean; readonly StreamViewType?: string };
  readonly LatestStreamArn?: string;
}

const POLL_MS = 20;
const PATIENCE_MS = 600_000;

/** Calls on one table, with CloudFormation's waiting around them. */
export class TableClient {
  readonly #service: Pick<DynamoDbService, 'call'>;
  readonly name: string;

  constructor(service: Pick<DynamoDbService, 'call'>, name: string) {
    this.#service = service;
    this.name = name;
  }

  call(operation: string, input: Readonly<Record<string, unknown>> = {}) {
    return this.#service.call(operation, { TableName: this.name, ...input });
  }

  /** Undefined when there is none. */
  async describe(): Promise<Table | undefined> {
    try {
      return (await this.call('DescribeTable'))['Table'] as Table;
    } catch (error) {
      if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  }

  /** Calls UpdateTable when the table is ready for it, and waits until the table is ACTIVE again. */
  async update(input: Readonly<Record<string, unknown>>): Promise<void> {
    await this.active();
    await this.call('UpdateTable', input);
    await this.active();
  }

  /**
   * A table that is not seen yet counts as being created. The backfill of an index is not waited for
   * (aws-facts DDB-12).
   */
  async active(): Promise<Table> {
    return (await this.#until((table) => table?.TableStatus === 'ACTIVE'))!;
  }

  async gone(): Promise<void> {
    await this.#until((table) => table === undefined);
  }

  async #until(holds: (table: Table | undefined) => boolean): Promise<Table | undefined> {
    const end = Date.now() + PATIENCE_MS;
    for (let table = await this.describe(); ; table = await this.describe()) {
      if (holds(table)) return table;
      if (Date.now() > end) {
        throw new AwsError(
          'NotStabilized',
          `Table ${this.name} is still ${table?.TableStatus ?? 'unknown'} after 10 minutes.`,
        );
      }
      await sleep(POLL_MS);
    }
  }
}
