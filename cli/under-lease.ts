import { randomUUID } from 'node:crypto';
import { RequestRun } from '../core/engine/request-run';
import { actor, leaseHeld } from './caller';
import type { ScopeAccess } from './ledger-access';

/** Milliseconds that it may take: as long as CloudFormation would wait. */
const timeLimit = 3_600_000;
const pollInterval = 500;

/**
 * Works on a scope while nobody else does.
 * @param command who holds the lease, for those who want it
 * @throws LEASE_HELD
 */
export async function underLease<T>(
  { ports, scope }: Pick<ScopeAccess, 'ports' | 'scope'>,
  command: string,
  work: (run: RequestRun) => Promise<T>,
): Promise<T> {
  const requestId = randomUUID();
  const who = await actor();
  const lease = await ports.leases.acquire(scope, { id: `${command} ${requestId}`, description: who }, false);
  if (!('guard' in lease)) throw leaseHeld(scope, lease);
  try {
    const state = await ports.ledger.load(scope);
    const now = ports.clock.now();
    const recorded = {
      ...{ key: `${command}-${requestId}`, scope, stackId: state.stackId ?? '', logicalId: '', requestId, actor: who },
      request: { kind: 'settle', repair: false } as const,
      receivedAt: now,
      answerBy: now + timeLimit,
    };
    return await work(new RequestRun(ports, lease, { stopBy: now + timeLimit, pollInterval }, recorded, state));
  } finally {
    await ports.leases.release(lease);
  }
}
