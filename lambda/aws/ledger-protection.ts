import { DescribeTableCommand, type DynamoDBClient, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../core/ports';
import { log } from '../log';
import { patiently } from './retry';

/** How often, and how many times, it is asked whether the table has changed. */
const [pollInterval, mostPolls] = [500, 40];

/**
 * The deletion protection of a construct's own ledger (ADR 7). A deployment does not fail for want of it: what goes wrong
 * here is logged.
 */
export class LedgerProtection {
  private isOn = false;

  constructor(
    private readonly table: string,
    private readonly client: DynamoDBClient,
    private readonly clock: Pick<Clock, 'sleep'>,
  ) {}

  /** Before anything is written that only the ledger knows. */
  async on(): Promise<void> {
    if (this.isOn) return;
    await this.set(true);
    this.isOn = true;
  }

  /** When nothing is left that only the ledger knows, so that CloudFormation can delete the table that it created. */
  async off(): Promise<void> {
    this.isOn = false;
    await this.set(false);
    // A table that is being updated could not be deleted either.
    await this.logged(async () => {
      for (let poll = 0; poll < mostPolls && (await this.describe()).status !== 'ACTIVE'; poll += 1) {
        await this.clock.sleep(pollInterval);
      }
    });
  }

  private set(enabled: boolean): Promise<void> {
    return this.logged(async () => {
      if ((await this.describe()).enabled === enabled) return;
      const update = new UpdateTableCommand({ TableName: this.table, DeletionProtectionEnabled: enabled });
      await patiently(() => this.client.send(update));
    });
  }

  private async logged(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      log('the deletion protection of the ledger was not changed', { table: this.table, error: String(error) });
    }
  }

  private async describe(): Promise<{ enabled: boolean; status: string | undefined }> {
    const { Table } = await patiently(() => this.client.send(new DescribeTableCommand({ TableName: this.table })));
    return { enabled: Table?.DeletionProtectionEnabled ?? false, status: Table?.TableStatus };
  }
}
