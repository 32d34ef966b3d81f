import { type TableDescription as AwsTable, DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { MigrationError } from '../../core/errors/index';
import type { HeldLease } from '../../core/ports';
import type { DynamoDbTargetProperties } from '../../core/wire';
import { errorName, patiently } from './retry';

/** Why a change was not accepted. */
export interface Refusal {
  readonly name: string;
  readonly message: string;
}

/** Which errors of a change pass by themselves: their names, or more than that. */
export type IsPassing = (error: Error) => boolean;

/** What all requests about the tables of a target have in common: their names, the lease, and what errors mean. */
export class TableRequests {
  constructor(
    readonly client: DynamoDBClient,
    private readonly properties: DynamoDbTargetProperties,
    private readonly lease: HeldLease,
  ) {}

  physicalName(table: string): string {
    const { Tables, TableNamePrefix } = this.properties;
    const known = Tables[table] ?? (TableNamePrefix && `${TableNamePrefix}${table}`);
    if (known) return known;
    throw new MigrationError(
      'UNKNOWN_TABLE',
      `The target has no table "${table}". Its tables: ${Object.keys(Tables).join(', ')}.`,
      {
        payload: { table, known: Object.keys(Tables) },
        hint: 'Add it to `tables` of MigrationTarget.dynamodb, or give a `tableNamePrefix`.',
      },
    );
  }

  async find(table: string): Promise<AwsTable | undefined> {
    const describe = new DescribeTableCommand({ TableName: this.physicalName(table) });
    try {
      return (await patiently(() => this.client.send(describe))).Table;
    } catch (error) {
      if (errorName(error) === gone) return undefined;
      throw error;
    }
  }

  /** @throws TABLE_MISSING */
  async existing(table: string): Promise<AwsTable> {
    const found = await this.find(table);
    if (found) return found;
    throw new MigrationError('TABLE_MISSING', `The table ${this.physicalName(table)} does not exist.`, {
      payload: { table },
    });
  }

  /** A table that is busy, or an account that is, accepts the change later: the caller observes and tries again. Returns why. */
  async change(
    table: string,
    send: () => Promise<unknown>,
    isPassing: IsPassing = isBusy,
    who = 'DynamoDB',
  ): Promise<Refusal | undefined> {
    await this.lease.guard();
    try {
      await patiently(send);
      return undefined;
    } catch (error) {
      if (error instanceof Error && isPassing(error)) return { name: error.name, message: error.message };
      if (!isClientFault(error)) throw error;
      throw new MigrationError(
        'TABLE_OPERATION_FAILED',
        `${who} refused to change ${this.physicalName(table)}: ${error.name}: ${error.message}`,
        { cause: error },
      );
    }
  }
}

/** What is asked for may be gone since it was last looked at. */
export const gone = 'ResourceNotFoundException';

const busyNames: readonly string[] = ['ResourceInUseException', 'LimitExceededException'];

export function isBusy({ name }: Error): boolean {
  return busyNames.includes(name);
}

export function isBusyOrGone(error: Error): boolean {
  return isBusy(error) || error.name === gone;
}

/** An error that AWS calls the caller's own. */
export function isClientFault(error: unknown): error is Error {
  return error instanceof Error && (error as { $fault?: unknown }).$fault === 'client';
}
