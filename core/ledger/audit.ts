import { canonicalJson, sha256 } from '../bundle/checksum';
import type { AuditEvent, NewEvent } from './state';

/** Where a chain ends: the next event continues from here. */
export interface ChainEnd {
  readonly eventCount: number;
  readonly lastHash: string;
}

/** What all events of one transition share. */
export interface EventContext {
  readonly at: string;
  readonly actor: string;
  readonly deployment: string;
}

/** An event of a deployment of its own, when one transition records events of several. */
export type ChainableEvent = NewEvent & { readonly deployment?: string };

/** Links events into the chain: each carries the hash of the one before it, so an edit anywhere shows. */
export function chain(end: ChainEnd, context: EventContext, events: readonly ChainableEvent[]): AuditEvent[] {
  let { eventCount, lastHash } = end;
  return events.map((event) => {
    const unhashed = {
      seq: eventCount + 1,
      at: event.at ?? context.at,
      actor: context.actor,
      deployment: event.deployment ?? context.deployment,
      type: event.type,
      target: event.target ?? '',
      version: event.version ?? '',
      detail: event.detail ?? {},
      previousHash: lastHash,
    };
    const chained = { ...unhashed, hash: hashOf(unhashed) };
    eventCount = chained.seq;
    lastHash = chained.hash;
    return chained;
  });
}

export interface ChainProblem {
  readonly seq: number;
  readonly problem: 'edited' | 'missing' | 'moved';
  readonly message: string;
}

/** The first event at which a chain is broken, or undefined. `end` is what the ledger's head says of the last event. */
export function verifyChain(events: readonly AuditEvent[], end: ChainEnd): ChainProblem | undefined {
  let previousHash = '';
  let expected = 1;
  for (const event of events) {
    if (event.seq !== expected) return misplaced(event.seq, expected);
    const { hash, ...unhashed } = event;
    if (hashOf(unhashed) !== hash) {
      return problem(
        event.seq,
        'edited',
        `Event ${event.seq} (${event.type}) was edited: its content does not match its hash.`,
      );
    }
    if (event.previousHash !== previousHash) {
      return problem(
        event.seq,
        'moved',
        `Event ${event.seq} (${event.type}) does not follow event ${event.seq - 1}: it was moved or its predecessor was replaced.`,
      );
    }
    previousHash = hash;
    expected += 1;
  }
  if (events.length < end.eventCount) {
    return problem(
      expected,
      'missing',
      `Event ${expected} is missing: the ledger recorded ${end.eventCount} events, ${events.length} are left.`,
    );
  }
  return previousHash === end.lastHash
    ? undefined
    : problem(expected - 1, 'edited', `The last event is not the one that the ledger's head names.`);
}

function misplaced(found: number, expected: number): ChainProblem {
  return found > expected
    ? problem(expected, 'missing', `Event ${expected} is missing: event ${found} follows instead.`)
    : problem(found, 'moved', `Event ${found} is where event ${expected} should be.`);
}

function problem(seq: number, kind: ChainProblem['problem'], message: string): ChainProblem {
  return { seq, problem: kind, message };
}

function hashOf(event: Omit<AuditEvent, 'hash'>): string {
  return sha256(canonicalJson(event));
}
