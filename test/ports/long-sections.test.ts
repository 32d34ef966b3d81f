import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { hasCode } from '../../core/errors/index';
import type { Section, SectionResult, SqlDatabase, Target } from '../../core/ports';
import { ManualClock } from '../../packages/sandbox/test/helpers/manual-clock';
import { until } from '../../packages/sandbox/test/helpers/until';
import { enginesUnderTest } from '../../packages/sandbox/test/services/rds-data/engines';
import { session } from './support/records';
import { openAurora, type SqlUnderTest } from './support/sql-databases';

/** Milliseconds that the Data API waits for a statement (aws-facts RDS-1). */
const patience = 45_000;
/** The advisory lock that the sections wait for. */
const lock = 7_201;

// PGlite has one session: a second call cannot look while the first one runs.
const servers = enginesUnderTest().filter(({ name }) => name === 'postgres');

describe.each(servers)('a section that outlives its call, on $name', (engine) => {
  const clock = new ManualClock();
  let database: SqlUnderTest;
  let holder: Client;
  let target: Target & { readonly sql: SqlDatabase };
  let scope: string;
  let count = 0;

  beforeAll(async () => {
    database = await openAurora(engine, clock);
    const { sql } = database.target(session(1));
    const { rows } = await sql.query('SELECT current_database() AS name');
    const url = new URL(engine.postgresUrl!);
    url.pathname = String(rows[0]?.name);
    holder = new Client({ connectionString: url.href });
    await holder.connect();
  });
  afterAll(async () => {
    await holder.end();
    await database.close();
  });
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
    statements: ["SELECT nextval('runs')", `SELECT pg_advisory_xact_lock(${lock})`, ...statements],
    verify: [],
  });
  const runs = async () => (await target.sql.query('SELECT last_value AS runs FROM runs')).rows[0]?.runs;
  const waitsForLock = async () => {
    const { rows } = await target.sql.query(
      `SELECT count(*) AS waiting FROM pg_locks WHERE locktype = 'advisory' AND objid = ${lock} AND NOT granted`,
    );
    return rows[0]?.waiting === 1;
  };
  /** Comes back, as the engine does: in a process of its own, with a later token. */
  const comeBack = async (what: Section, token: number): Promise<SectionResult> => {
    const later = database.target(session(token, scope));
    await later.prepare();
    return later.sql.runSection(what);
  };

  /** The section's call ends while the section waits; what it then comes to. */
  async function outlive(what: Section): Promise<SectionResult> {
    await holder.query(`SELECT pg_advisory_lock(${lock})`);
    try {
      const call = expect(target.sql.runSection(what)).rejects.toMatchObject({ code: 'DATABASE_BUSY' });
      await until(waitsForLock, Boolean);
      clock.pass(patience);
      await call;
      await expect(comeBack(what, 2)).rejects.toMatchObject({ code: 'DATABASE_BUSY' });
    } finally {
      await holder.query(`SELECT pg_advisory_unlock(${lock})`);
    }
    let token = 3;
    const again = () =>
      comeBack(what, token++).catch((error) => {
        if (!hasCode(error, 'DATABASE_BUSY')) throw error;
      });
    return (await until(again, Boolean))!;
  }

  it('runs once, and the call that comes back after its end says that it is done', async () => {
    expect(await outlive(section())).toEqual({ outcome: 'already' });
    expect(await runs()).toBe(1);
    expect(await target.history()).toHaveLength(1);
  });

  it('fails once, and the call that comes back after its end says with what', async () => {
    const result = await outlive(section('SELECT 1 / 0'));

    expect(result).toMatchObject({ outcome: 'failed', statement: 2, sqlState: '22012' });
    expect(await runs()).toBe(1);
    expect(await target.history()).toEqual([]);
  });
});
