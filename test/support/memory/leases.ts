import { MigrationError } from '../../../core/errors/index';
import type { Clock, HeldLease, LeaseHolder, LeaseInfo, Leases } from '../../../core/ports';

/** Leases in memory: the same rules as the stored ones. */
export class MemoryLeases implements Leases {
  private readonly held = new Map<string, LeaseInfo>();
  private readonly tokens = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly milliseconds = 60_000,
  ) {}

  async acquire(scope: string, holder: LeaseHolder, stop: boolean): Promise<HeldLease | LeaseInfo> {
    const current = this.held.get(scope);
    if (current && current.expiresAt > this.clock.now() && current.holder.id !== holder.id) {
      const info = { ...current, stopRequested: current.stopRequested || stop };
      this.held.set(scope, info);
      return info;
    }
    const token = (this.tokens.get(scope) ?? 0) + 1;
    this.tokens.set(scope, token);
    const acquiredAt = new Date(this.clock.now()).toISOString();
    this.held.set(scope, {
      holder,
      token,
      acquiredAt,
      expiresAt: this.clock.now() + this.milliseconds,
      stopRequested: false,
    });
    const session: HeldLease = { scope, token, guard: async () => this.renew(session) };
    return session;
  }

  async release(session: HeldLease): Promise<void> {
    if (this.held.get(session.scope)?.token === session.token) this.held.delete(session.scope);
  }

  async inspect(scope: string): Promise<LeaseInfo | undefined> {
    return this.held.get(scope);
  }

  async revoke(scope: string, token: number): Promise<boolean> {
    return this.held.get(scope)?.token === token && this.held.delete(scope);
  }

  /** @throws LEASE_LOST when the session's lease has expired or belongs to another session. */
  check(session: HeldLease): LeaseInfo {
    const current = this.held.get(session.scope);
    if (current?.token === session.token && current.expiresAt > this.clock.now()) return current;
    throw new MigrationError('LEASE_LOST', `The lease on ${session.scope} with token ${session.token} was lost.`);
  }

  private renew(session: HeldLease): void {
    const current = this.check(session);
    if (current.stopRequested) {
      throw new MigrationError('LEASE_LOST', `Another request asked the holder of ${session.scope} to stop.`);
    }
    this.held.set(session.scope, { ...current, expiresAt: this.clock.now() + this.milliseconds });
  }
}
