import type { Clock, Timer } from '../clock';
import type { RdsDataAssume } from './assumptions';
import type { SqlEngine, SqlSession } from './engine/sql-engine';
import { StatementTimeout } from './errors';

/** How long the parts of a call may take (aws-facts RDS-1). */
export class TimeLimits {
  constructor(
    private readonly assume: RdsDataAssume,
    private readonly clock: Clock,
  ) {}

  /** The limit of the statements of a call, counted from when it has its session: a first start takes its time. */
  deadline(): Deadline {
    const milliseconds = Number(this.assume('statement-timeout-ms'));
    return { at: this.clock.now() + milliseconds, milliseconds };
  }

  /** Opens a session in time. PGlite has a single session: an open transaction holds up every other call. */
  async open<Result, Parameter>(
    engine: SqlEngine<Result, Parameter>,
    database: string,
  ): Promise<SqlSession<Result, Parameter>> {
    const { milliseconds } = this.deadline();
    const reason = new StatementTimeout(
      `The call waited ${milliseconds} ms for a database session and got none: open transactions hold them. ` +
        'The embedded PGlite has one session per database; finish the transaction first, or use a PostgreSQL server.',
    );
    const waiting = new AbortController();
    const timer = this.clock.after(milliseconds, () => waiting.abort(reason));
    try {
      return await engine.open(database, waiting.signal);
    } finally {
      timer.cancel();
    }
  }

  /** Runs until it is done or time is up: then it is stopped, unless it may continue without its caller. */
  async run<Result>(
    session: { cancel(): Promise<void> },
    run: () => Promise<Result>,
    limit: Deadline,
    continueAfterTimeout: boolean,
  ): Promise<Result> {
    const running = run();
    let timer: Timer | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = this.clock.after(Math.max(0, limit.at - this.clock.now()), () => resolve('late'));
    });
    try {
      const first = await Promise.race([running, late]);
      if (first !== 'late') return first;
    } finally {
      timer?.cancel();
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

  /** Calls back when no call of a transaction came in time (aws-facts RDS-2). */
  whenIdle(callback: () => void): Timer {
    return this.clock.after(Number(this.assume('transaction-idle-ms')), callback);
  }

  /** Calls back when a transaction has reached its age (aws-facts RDS-2). */
  whenOld(callback: () => void): Timer {
    return this.clock.after(longestTransaction, callback);
  }
}

/** When the statements of a call must be done. */
export interface Deadline {
  readonly at: number;
  readonly milliseconds: number;
}

/** Milliseconds that a transaction lives at most. */
const longestTransaction = 24 * 3600 * 1000;
