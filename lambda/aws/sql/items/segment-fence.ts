import { sha256 } from '../../../../core/bundle/checksum';
import { aheadPrefix } from '../../../../core/ledger/state';
import type { HeldLease, SqlConnection } from '../../../../core/ports';
import { createOnce } from '../create-once';

/** What keeps a worker's late statement from taking effect: see docs/adr/0010-a-fence-row-for-each-segment.md. */
export interface SegmentFence {
  readonly scope: string;
  readonly deployment: string;
  /** Names the step. */
  readonly step: string;
  readonly number: number;
  readonly token: number;
  /** All tokens of workers that go forward are smaller than those of workers that take back. */
  readonly floor: number;
}

/** More often than a segment is ever taken. */
const undoFrom = 1_000_000_000_000;

export function fenceOf({ scope, token, segment }: HeldLease): SegmentFence | undefined {
  if (!segment) return undefined;
  const { pass, number } = segment;
  const step = sha256(JSON.stringify([pass.deployment, pass.key, pass.step])).slice(0, 32);
  const floor = pass.direction === 'undo' ? undoFrom : 0;
  return { scope, deployment: pass.deployment, step, number, token: token + floor, floor };
}

/** How a kind of database keeps the rows. */
export interface FenceStatements {
  /** Each may be run again. */
  readonly create: readonly string[];
  readonly table: string;
  /** Puts the row there or raises its token, but never lowers it. */
  readonly raise: string;
  isMissing(error: unknown): boolean;
}

/** Raises the fence: who held the segment before can write no more, and what it has begun is waited for. */
export async function raiseFence(
  connection: SqlConnection,
  fence: SegmentFence,
  statements: FenceStatements,
): Promise<void> {
  try {
    await raise(connection, fence, statements);
  } catch (error) {
    if (!statements.isMissing(error)) throw error;
    for (const statement of statements.create) await createOnce(connection, statement);
    await raise(connection, fence, statements);
  }
}

async function raise(connection: SqlConnection, fence: SegmentFence, { table, raise: statement }: FenceStatements) {
  const { scope, deployment, step, number, token, floor } = fence;
  if (floor > 0) {
    // A worker that goes forward may work on any row of another table: it is stopped wherever it is.
    await connection.execute(
      `UPDATE ${table} SET token = :floor WHERE scope = :scope AND step = :step AND token < :floor`,
      { scope, step, floor },
    );
  }
  // Of earlier deployments; a statement that finds no row writes nothing. What is done ahead goes on beside a deployment.
  if (number === 0 && !deployment.startsWith(aheadPrefix)) {
    await connection.execute(
      `DELETE FROM ${table} WHERE scope = :scope AND deployment <> :deployment AND deployment NOT LIKE '${aheadPrefix}%'`,
      { scope, deployment },
    );
  }
  await connection.execute(statement, { scope, deployment, step, number, token });
}
