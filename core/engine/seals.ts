import { canonicalJson, sha256 } from '../bundle/checksum';
import { MigrationError } from '../errors/index';
import type { NewEvent, UndoPlan } from '../ledger/state';
import type { RequestRun } from './request-run';

const sealType = 'undo-plans-written';

/**
 * What seals undo plans: an audit event with their digests, in the same write. Whoever can write the ledger decides what
 * SQL an undo plan runs, so an edit has to show before it runs, and the audit chain is where edits show (G7).
 */
export function seal(plans: readonly UndoPlan[]): NewEvent {
  return { type: sealType, detail: { digests: Object.fromEntries(plans.map((plan) => [plan.key, digestOf(plan)])) } };
}

function digestOf(plan: UndoPlan): string {
  return sha256(canonicalJson(plan));
}

/** The seals of a scope, read once by each process that needs them. */
export class Seals {
  private digests: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(private readonly request: RequestRun) {}

  /** @throws UNDO_PLAN_EDITED when a plan is not what was sealed */
  async check(plan: UndoPlan): Promise<void> {
    this.digests ??= this.read();
    const sealed = (await this.digests).get(plan.key);
    if (sealed === digestOf(plan)) return;
    throw new MigrationError(
      'UNDO_PLAN_EDITED',
      `The undo plan of ${plan.file} in the ledger is not the one that was written: its digest is ${digestOf(plan).slice(0, 12)}, and the audit events have ${sealed?.slice(0, 12) ?? 'none'}.`,
      {
        payload: { key: plan.key },
        hint: 'Somebody changed the ledger. Find out who (CloudTrail), restore its item (point-in-time recovery), then run `migrations repair`.',
      },
    );
  }

  private async read(): Promise<ReadonlyMap<string, string>> {
    const { ports, state } = this.request;
    const events = await ports.ledger.events(state.scope);
    const seals = events.filter(({ type }) => type === sealType);
    return new Map(seals.flatMap(({ detail }) => Object.entries(detail['digests'] as Record<string, string>)));
  }
}
