import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MigrationError } from '../../core/errors/index';
import type { Section, SectionResult, SqlDatabase, Target } from '../../core/ports';
import { enginesUnderTest } from '../../packages/sandbox/test/services/rds-data/engines';
import { session } from './support/records';
import { openAurora, type SqlUnderTest } from './support/sql-databases';

/** Milliseconds that the Data API waits for a statement here; 45 seconds in AWS (aws-facts RDS-1). */
const patience = 300;

// PGlite has one session: a second call cannot look while the first one runs.
const servers = enginesUnderTest().filter(({ name }) => name === 'postgres');

describe.each(servers)('a section that outlives its call, on $name', (engine) => {
  let database: SqlUnderTest;
  let target: Target & { readonly sql: SqlDatabase };
  let scope: string;
  let count = 0;

  beforeAll(async () => {
    database = await openAurora(engine, { 'statement-timeout-ms': String(patience) });
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    scope = `App/Long${++count}`;
    target = database.target(session(1, scope));
    await target.prepare();
    await target.sql.query('CREATE SEQUENCE IF NOT EXISTS runs');
    await target.sql.query('ALTER SEQUENCE runs RESTART');
  });

  const section = (...statements: readonly string[]): Section => ({
    change: 'add',
    mark: { id: 'users/1.0.0', phase: 'up', step: 0, checksum: 'sum', deployment: 'd1' },
    attempt: 'request-1',
    statements: ["SELECT nextval('runs')", `SELECT pg_sleep(${(3 * patience) / 1000})`, ...statements],
    verify: [],
  });
  const runs = async () => (await target.sql.query('SELECT last_value AS runs FROM runs')).rows[0]?.runs;

  /** Comes back while the database is busy, as the engine does: in a process of its own, with a later token. */
  async function untilSettled(what: Section): Promise<{ readonly result: SectionResult; readonly busy: number }> {
    for (let busy = 0, token = 1; busy < 200; busy += 1, token += 1) {
      const later = database.target(session(token, scope));
      try {
        await later.prepare();
        return { result: await later.sql.runSection(what), busy };
      } catch (error) {
        if (!(error instanceof MigrationError) || error.code !== 'DATABASE_BUSY') throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    throw new Error('the database stays busy');
  }

  it('runs once, and the call that comes back after its end says that it is done', async () => {
    const { result, busy } = await untilSettled(section());

    expect(result).toEqual({ outcome: 'already' });
    expect(busy).toBeGreaterThan(0);
    expect(await runs()).toBe(1);
    expect(await target.history()).toHaveLength(1);
  });

  it('fails once, and the call that comes back after its end says with what', async () => {
    const { result, busy } = await untilSettled(section('SELECT 1 / 0'));

    expect(result).toMatchObject({ outcome: 'failed', statement: 2, sqlState: '22012' });
    expect(busy).toBeGreaterThan(0);
    expect(await runs()).toBe(1);
    expect(await target.history()).toEqual([]);
  });
});
