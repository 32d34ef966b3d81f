import { DescribeTableCommand, type DynamoDBClient, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { LedgerProtection } from '../../lambda/aws/ledger-protection';
import { watchConsole } from './console-spy';

const logged = watchConsole();

/** A table that is busy for two looks after each change. */
function world({ denied = false } = {}) {
  const calls: string[] = [];
  const table = { DeletionProtectionEnabled: false, busy: 0 };
  const client = {
    async send(command: unknown) {
      if (denied) throw Object.assign(new Error('No.'), { name: 'ValidationException' });
      if (command instanceof UpdateTableCommand) {
        calls.push(`${command.input.TableName}: ${command.input.DeletionProtectionEnabled}`);
        table.DeletionProtectionEnabled = command.input.DeletionProtectionEnabled!;
        table.busy = 2;
        return {};
      }
      if (!(command instanceof DescribeTableCommand)) throw new Error('unexpected');
      calls.push('look');
      table.busy -= 1;
      return { Table: { ...table, TableStatus: table.busy > 0 ? 'UPDATING' : 'ACTIVE' } };
    },
  } as unknown as DynamoDBClient;
  const clock = { sleep: async () => void calls.push('wait') };
  return { calls, table, protection: new LedgerProtection('ledger', client, clock) };
}

describe('the protection of a ledger', () => {
  it('is switched on once per process', async () => {
    const { calls, protection } = world();
    await protection.on();
    await protection.on();

    expect(calls).toEqual(['look', 'ledger: true']);
  });

  it('is left as it is when it is on already', async () => {
    const { calls, table, protection } = world();
    table.DeletionProtectionEnabled = true;
    await protection.on();

    expect(calls).toEqual(['look']);
  });

  it('is off, and the table can be deleted, before anybody is told so', async () => {
    const { calls, table, protection } = world();
    await protection.on();
    calls.length = 0;
    await protection.off();

    expect(calls).toEqual(['look', 'ledger: false', 'look', 'wait', 'look']);
    expect(table).toMatchObject({ DeletionProtectionEnabled: false });
  });

  it('is switched on again by the same process', async () => {
    const { table, protection } = world();
    await protection.on();
    await protection.off();
    await protection.on();

    expect(table.DeletionProtectionEnabled).toBe(true);
  });

  it('fails no deployment: what goes wrong is logged', async () => {
    const { protection } = world({ denied: true });
    await protection.on();
    await protection.off();

    expect(logged.lines.join('\n')).toContain('the deletion protection of the ledger was not changed');
  });
});
