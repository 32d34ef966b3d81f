import { redactLiterals } from '../../../core/bundle/redaction';
import type { LockHolder, SqlRow } from '../../../core/ports';
import type { DataApi } from './data-api';

/** Tells a waiting session from others: by the number of its process, or by a part of its statement. */
export type Waiter = { readonly pid: number } | { readonly marker: string };

/** Characters of a holder's statement that are told. */
const longestQuery = 200;

/** Work that may wait for locks, and who was seen to hold them. */
interface Watched<T> {
  readonly result: T;
  readonly holders: readonly LockHolder[];
}

/**
 * Looks who holds a lock while a section waits for it. Afterwards nobody could tell any more: only a session that waits is
 * known to be blocked by somebody. The section keeps its own call busy, so the looks are calls of their own: one every half
 * of the lock timeout, so that a wait that lasts all of it is seen. A section that is done before costs no call.
 */
export class LockWatch {
  constructor(
    private readonly api: DataApi,
    private readonly timeout: number,
  ) {}

  /** @param waiter the session that does the work; undefined while it is not known yet */
  async during<T>(waiter: () => Waiter | undefined, work: () => Promise<T>): Promise<Watched<T>> {
    let holders: readonly LockHolder[] = [];
    let look = Promise.resolve();
    const timer = setInterval(() => {
      const watched = waiter();
      if (!watched) return;
      look = look.then(async () => {
        const seen = await this.holders(watched);
        if (seen.length > 0) holders = seen;
      });
    }, this.timeout / 2);
    timer.unref();
    try {
      const result = await work();
      clearInterval(timer);
      await look;
      return { result, holders };
    } finally {
      clearInterval(timer);
    }
  }

  private async holders(waiter: Waiter): Promise<readonly LockHolder[]> {
    const [condition, value] =
      'pid' in waiter ? ['w.pid = :waiter', waiter.pid] : ['w.query LIKE :waiter', `%${waiter.marker}%`];
    const result = await this.api.glance(
      `SELECT DISTINCT b.pid, b.usename::text AS username, b.application_name AS application, b.state,
         extract(epoch FROM clock_timestamp() - b.xact_start)::bigint AS seconds, b.query
       FROM pg_stat_activity w CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS blocker (pid)
         JOIN pg_stat_activity b ON b.pid = blocker.pid
       WHERE w.wait_event_type = 'Lock' AND w.pid <> pg_backend_pid() AND ${condition}`,
      { waiter: value },
    );
    return (result?.rows ?? []).map(toHolder);
  }
}

function toHolder({ pid, username, application, state, seconds, query }: SqlRow): LockHolder {
  return {
    pid: Number(pid),
    user: String(username ?? ''),
    application: String(application ?? ''),
    state: String(state ?? ''),
    seconds: Number(seconds ?? 0),
    query: redactLiterals(String(query ?? '')).slice(0, longestQuery),
  };
}
