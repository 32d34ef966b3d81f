import { expect, it } from '@jest/globals';
import { MigrationError } from '../../core/errors/index';
import type { SqlConnection, SqlResult } from '../../core/ports';
import { AuroraMysql } from '../../lambda/aws/sql/aurora-mysql';
import type { DataApi } from '../../lambda/aws/sql/data-api';

const deadlock = () =>
  new MigrationError('STATEMENT_FAILED', 'ERROR 1213: Deadlock found', { payload: { errorNumber: 1213 } });
const mark = { id: 'users/1.0.0', phase: 'up', step: 0, checksum: 'sum', deployment: 'd1' } as const;
const nothing: SqlResult = { rows: [], rowCount: 0 };

/** A database in which the first so many statements about rows of users meet a deadlock. */
function contended(deadlocks: number) {
  let left = deadlocks;
  let committed = 0;
  const connection: SqlConnection = {
    async execute(statement) {
      if (/FOR UPDATE/.test(statement)) return { rows: [{ token: 1 }], rowCount: 1 };
      if (!/users/.test(statement)) return nothing;
      left -= 1;
      if (left >= 0) throw deadlock();
      return nothing;
    },
  };
  const api: Pick<DataApi, 'transaction'> = {
    async transaction(work) {
      const result = await work(connection);
      committed += 1;
      return result;
    },
  };
  const target = new AuroraMysql(api as DataApi, { scope: 'App', token: 1, guard: async () => undefined });
  return { target, commits: () => committed };
}

it('a transaction that a deadlock broke off is begun anew', async () => {
  const { target, commits } = contended(2);
  const section = { change: 'add', mark, statements: ['UPDATE users SET a = 1'], verify: [], attempt: 'a' } as const;

  expect(await target.runSection(section)).toEqual({ outcome: 'done' });
  expect(commits()).toBe(1);
});

it('code cannot hide that a deadlock broke off its transaction', async () => {
  const { target, commits } = contended(1);
  let runs = 0;

  const result = await target.transact('add', mark, async (connection) => {
    runs += 1;
    await connection.execute('UPDATE users SET a = 1').catch(() => undefined);
  });

  expect({ result, runs, commits: commits() }).toEqual({ result: { outcome: 'done' }, runs: 2, commits: 1 });
});
