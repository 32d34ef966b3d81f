import type { HeldLease, HistoryChange, HistoryMark, SectionResult, SqlConnection } from '../../../core/ports';
import type { DataApi } from './data-api';
import { unlessBusy } from './postgresql-fence';
import { schema } from './postgresql-protocol';
import { fenced } from './sections';

/** Work of several calls in one transaction with its row of the history, behind the fence. */
export class FencedTransaction {
  /** @param lockTimeout milliseconds that a statement of the work waits for a lock */
  constructor(
    private readonly api: DataApi,
    private readonly lease: HeldLease,
    private readonly lockTimeout: number,
  ) {}

  /** @param onBegun is told the number of the session's process */
  async run(
    change: HistoryChange,
    mark: HistoryMark,
    work: (connection: SqlConnection) => Promise<void>,
    onBegun: (pid: number) => void,
  ): Promise<SectionResult> {
    await this.lease.guard();
    return this.api.transaction(async (connection) => {
      onBegun(await this.checkFence(connection));
      const settled = await (change === 'add' ? this.add(connection, mark) : this.remove(connection, mark));
      if (settled.outcome === 'done') await work(connection);
      return settled;
    });
  }

  /**
   * Locks the row, so that the fence is not raised before this transaction is over, and lets no statement after it wait
   * too long. Returns the number of the session's process.
   */
  private async checkFence(connection: SqlConnection): Promise<number> {
    const { rows } = await unlessBusy(() =>
      connection.execute(
        `SELECT token, pg_backend_pid() AS pid, set_config('lock_timeout', :lockTimeout, true) AS lock_timeout
         FROM ${schema}.fence WHERE scope = :scope FOR UPDATE NOWAIT`,
        { scope: this.lease.scope, lockTimeout: String(this.lockTimeout) },
      ),
    );
    if (Number(rows[0]?.token) !== this.lease.token) throw fenced(this.lease.token);
    return Number(rows[0]?.pid);
  }

  private async add(connection: SqlConnection, mark: HistoryMark): Promise<SectionResult> {
    const values = { scope: this.lease.scope, id: mark.id, phase: mark.phase, step: mark.step };
    const added = await connection.execute(
      `INSERT INTO ${schema}.history (scope, id, phase, step, checksum, deployment)
       VALUES (:scope, :id, :phase, :step, :checksum, :deployment) ON CONFLICT DO NOTHING`,
      { ...values, checksum: mark.checksum, deployment: mark.deployment },
    );
    if (added.rowCount === 1) return { outcome: 'done' };
    const { rows } = await connection.execute(
      `SELECT deployment, checksum FROM ${schema}.history WHERE scope = :scope AND id = :id AND phase = :phase AND step = :step`,
      values,
    );
    const checksum = String(rows[0]?.checksum);
    if (checksum !== mark.checksum) return { outcome: 'edited', checksum };
    return { outcome: rows[0]?.deployment === mark.deployment ? 'already' : 'foreign' };
  }

  private async remove(connection: SqlConnection, mark: HistoryMark): Promise<SectionResult> {
    const { rowCount } = await connection.execute(
      `DELETE FROM ${schema}.history WHERE scope = :scope AND id = :id AND deployment = :deployment`,
      { scope: this.lease.scope, id: mark.id, deployment: mark.deployment },
    );
    return { outcome: rowCount > 0 ? 'done' : 'already' };
  }
}
