import type { RdsDataAssume } from './assumptions';
import type { SqlEngine, SqlResult, SqlSession } from './engine/sql-engine';
import { StatementTimeout } from './errors';

/** When the statements of a call must be done. Counted from when it has its session: a first start takes its time. */
export interface Deadline {
  readonly at: number;
  readonly milliseconds: number;
}

export function deadline(assume: RdsDataAssume): Deadline {
  const milliseconds = Number(assume('statement-timeout-ms'));
  return { at: Date.now() + milliseconds, milliseconds };
}

/** Opens a session in time. PGlite has a single session: an open transaction holds up every other call. */
export async function openInTime(engine: SqlEngine, database: string, assume: RdsDataAssume): Promise<SqlSession> {
  const { milliseconds } = deadline(assume);
  const reason = new StatementTimeout(
    `The call waited ${milliseconds} ms for a database session and got none: open transactions hold them. ` +
      'The embedded PGlite has one session per database; finish the transaction first, or use a PostgreSQL server.',
  );
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(reason), milliseconds);
  try {
    return await engine.open(database, waiting.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs until it is done or time is up: then it is stopped, unless it may continue without its caller. */
export async function runInTime(
  session: SqlSession,
  run: () => Promise<SqlResult>,
  limit: Deadline,
  continueAfterTimeout: boolean,
): Promise<SqlResult> {
  const running = run();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), Math.max(0, limit.at - Date.now()));
  });
  try {
    const first = await Promise.race([running, late]);
    if (first !== 'late') return first;
  } finally {
    clearTimeout(timer);
  }
  const done = running.catch(() => {});
  const timedOut = `Request timed out after ${limit.milliseconds} ms.`;
  if (continueAfterTimeout) {
    throw new StatementTimeout(`${timedOut} It continues in the database; look there for its outcome.`, done);
  }
  await session.cancel();
  await done;
  throw new StatementTimeout(`${timedOut} It was stopped.`);
}
