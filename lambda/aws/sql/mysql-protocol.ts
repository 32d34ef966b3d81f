import type { HeldLease, HistoryChange, HistoryMark, SectionResult, SqlConnection } from '../../../core/ports';
import { saysLocked } from './mysql/errors';
import { fenced, unlessBusy } from './sections';

/** Tables of the protocol, among the user's: in MySQL a schema is a database, and the Data API is opened with one. */
export const fence = 'cdk_migrations_fence';
export const history = 'cdk_migrations_history';
/** Of workers on segments, see ./items/segment-fence. */
export const segmentFence = 'cdk_migrations_segment';

const options = 'ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

/** Statements that make them. Each may be run again. */
export const protocolStatements: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS ${history} (
     scope varchar(500) NOT NULL, id varchar(200) NOT NULL, phase varchar(16) NOT NULL, step int NOT NULL,
     checksum varchar(64) NOT NULL, deployment varchar(100) NOT NULL, applied_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
     PRIMARY KEY (scope, id, phase, step)) ${options}`,
  `CREATE TABLE IF NOT EXISTS ${fence} (scope varchar(500) NOT NULL PRIMARY KEY, token bigint NOT NULL) ${options}`,
];

/** Locks the row, so that the fence is not raised before this transaction is over. Undefined when it was never raised. */
export async function lockFence(connection: SqlConnection, { scope }: HeldLease): Promise<number | undefined> {
  const { rows } = await unlessBusy(
    () => connection.execute(`SELECT token FROM ${fence} WHERE scope = :scope FOR UPDATE NOWAIT`, { scope }),
    ({ payload }) => saysLocked(payload),
  );
  return rows[0] && Number(rows[0].token);
}

export async function raiseFence(connection: SqlConnection, lease: HeldLease): Promise<void> {
  const { scope, token } = lease;
  const raised = await lockFence(connection, lease);
  if (raised === undefined) {
    await connection.execute(`INSERT INTO ${fence} (scope, token) VALUES (:scope, :token)`, { scope, token });
    return;
  }
  if (raised > token) throw fenced(token);
  await connection.execute(`UPDATE ${fence} SET token = :token WHERE scope = :scope`, { scope, token });
}

/**
 * Adds a mark that stands for no work of the section's own, with one statement that checks the fence as it does. False when
 * it cannot be told why nothing was added: the fence was raised, or the mark is there.
 */
export async function addMark(api: SqlConnection, { scope, token }: HeldLease, mark: HistoryMark): Promise<boolean> {
  const { id, phase, step, checksum, deployment } = mark;
  const { rowCount } = await unlessBusy(
    () =>
      api.execute(
        `INSERT INTO ${history} (scope, id, phase, step, checksum, deployment)
         SELECT f.scope, :id, :phase, :step, :checksum, :deployment FROM ${fence} f
          WHERE f.scope = :scope AND f.token = :token AND NOT EXISTS (SELECT 1 FROM ${history} h
            WHERE h.scope = :scope AND h.id = :id AND h.phase = :phase AND h.step = :step)`,
        { scope, token, id, phase, step, checksum, deployment },
      ),
    ({ payload }) => saysLocked(payload),
  );
  return rowCount === 1;
}

/** Changes the history, in a transaction that has locked the fence: so nobody else of the scope does. */
export function changeHistory(
  connection: SqlConnection,
  { scope }: HeldLease,
  change: HistoryChange,
  mark: HistoryMark,
): Promise<SectionResult> {
  return change === 'add' ? add(connection, scope, mark) : remove(connection, scope, mark);
}

async function add(connection: SqlConnection, scope: string, mark: HistoryMark): Promise<SectionResult> {
  const key = { scope, id: mark.id, phase: mark.phase, step: mark.step };
  const { rows } = await connection.execute(
    `SELECT deployment, checksum FROM ${history} WHERE scope = :scope AND id = :id AND phase = :phase AND step = :step`,
    key,
  );
  const [found] = rows;
  if (!found) {
    await connection.execute(
      `INSERT INTO ${history} (scope, id, phase, step, checksum, deployment)
       VALUES (:scope, :id, :phase, :step, :checksum, :deployment)`,
      { ...key, checksum: mark.checksum, deployment: mark.deployment },
    );
    return { outcome: 'done' };
  }
  const checksum = String(found.checksum);
  if (checksum !== mark.checksum) return { outcome: 'edited', checksum };
  return { outcome: found.deployment === mark.deployment ? 'already' : 'foreign' };
}

/** What another deployment did is not ours to undo. */
async function remove(connection: SqlConnection, scope: string, mark: HistoryMark): Promise<SectionResult> {
  const { rowCount } = await connection.execute(
    `DELETE FROM ${history} WHERE scope = :scope AND id = :id AND deployment = :deployment`,
    { scope, id: mark.id, deployment: mark.deployment },
  );
  return { outcome: rowCount > 0 ? 'done' : 'already' };
}
