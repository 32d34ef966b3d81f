import { hasCode } from '../../../../core/errors/index';
import type { LockWait } from '../../../../core/ports';
import type { DataApi } from '../data-api';

/** Looks at a statement, in a row, that found it waiting: as many as the limit has halves, and the first. */
const looks = 3;

/**
 * Ends a change of the schema that waits for others to be done with its table: whoever comes after it waits as well. MySQL has a limit
 * for such waits only in a session, which a call of the Data API does not have. So its session is looked at, every half of the limit.
 */
export class LockLimit {
  private readonly since = new Map<string, number>();

  /** @param timeout milliseconds that a statement waits for its table */
  constructor(
    private readonly api: DataApi,
    private readonly timeout: number,
  ) {}

  /**
   * Runs a statement that begins with a marker. When it was ended because of a lock nothing of it happened, and the wait is returned
   * instead of its result.
   */
  async during<T>(marker: string, work: () => Promise<T>): Promise<T | LockWait> {
    const startedAt = Date.now();
    const watched = { waits: 0, isEnded: false };
    const timer = setInterval(() => void this.look(marker, watched), this.timeout / 2);
    timer.unref();
    try {
      return await work();
    } catch (error) {
      if (!watched.isEnded || !saysInterrupted(error)) throw error;
      const first = this.since.get(marker) ?? startedAt;
      this.since.set(marker, first);
      return { waited: startedAt - first, timeout: this.timeout, holders: [] };
    } finally {
      clearInterval(timer);
    }
  }

  private async look(marker: string, watched: { waits: number; isEnded: boolean }): Promise<void> {
    const found = await this.api.glance(
      `SELECT id FROM information_schema.processlist
        WHERE info LIKE :begin AND id <> CONNECTION_ID() AND state LIKE 'Waiting for % metadata lock'`,
      { begin: `/* ${marker} */%` },
    );
    const [session] = found?.rows ?? [];
    watched.waits = session ? watched.waits + 1 : 0;
    if (!session || watched.waits < looks || watched.isEnded) return;
    // Said before it is done: the statement may end before the answer comes.
    watched.isEnded = true;
    await this.api.glance(`KILL QUERY ${Number(session.id)}`, {});
  }
}

export function isLockWait(result: object | string): result is LockWait {
  return typeof result === 'object' && 'timeout' in result;
}

function saysInterrupted(error: unknown): boolean {
  return hasCode(error, 'STATEMENT_FAILED') && error.payload.errorNumber === 1317;
}
