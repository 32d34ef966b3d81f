import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ChainEnd, chain, verifyChain } from '../../../core/ledger/audit';
import type { AuditEvent } from '../../../core/ledger/state';

const context = { at: '2026-01-01T00:00:00.000Z', actor: 'cloudformation App', deployment: 'd1' };
const none: ChainEnd = { eventCount: 0, lastHash: '' };
const events = chain(none, context, [
  { type: 'deployment-started', detail: { plan: ['users/1.0.0'] } },
  { type: 'migration-started', target: 'users', version: '1.0.0' },
  { type: 'migration-applied', target: 'users', version: '1.0.0', detail: { durationMs: 12 } },
  { type: 'deployment-applied' },
]);
const end = endOf(events);

function endOf(all: readonly AuditEvent[]): ChainEnd {
  return { eventCount: all.length, lastHash: all.at(-1)?.hash ?? '' };
}

function replaced(index: number, change: Partial<AuditEvent>): readonly AuditEvent[] {
  return events.map((event, position) => (position === index ? { ...event, ...change } : event));
}

describe('the audit chain', () => {
  it('holds as it was written, in one transition or in several', () => {
    const more = chain(end, context, [{ type: 'commit-started' }]);

    expect(verifyChain(events, end)).toBeUndefined();
    expect(verifyChain([...events, ...more], endOf([...events, ...more]))).toBeUndefined();
    expect(verifyChain([], none)).toBeUndefined();
  });

  it.each<readonly [string, Partial<AuditEvent>]>([
    ['its detail', { detail: { durationMs: 1 } }],
    ['who did it', { actor: 'another operator' }],
    ['its time', { at: '2026-01-02T00:00:00.000Z' }],
    ['its version', { version: '9.9.9' }],
    ['its predecessor', { previousHash: 'other' }],
    ['its hash', { hash: 'other' }],
  ])('names the event that was edited: %s', (_what, change) => {
    expect(verifyChain(replaced(2, change), end)).toMatchObject({ seq: 3, problem: 'edited' });
  });

  it('names the successor of an event that was rewritten with a matching hash', () => {
    const [forged] = chain({ eventCount: 1, lastHash: events[0]!.hash }, context, [{ type: 'nothing-happened' }]);

    expect(verifyChain(replaced(1, forged!), end)).toMatchObject({ seq: 3, problem: 'moved' });
  });

  it.each([0, 1, 2])('names event %i+1 when it was removed', (index) => {
    const left = events.filter((_, position) => position !== index);

    expect(verifyChain(left, end)).toMatchObject({ seq: index + 1, problem: 'missing' });
  });

  it('names the first event missing at the end, which only the head of the ledger reveals', () => {
    expect(verifyChain(events.slice(0, 2), end)).toMatchObject({ seq: 3, problem: 'missing' });
    expect(verifyChain([], end)).toMatchObject({ seq: 1, problem: 'missing' });
  });

  it('names the first event that is at the position of another one', () => {
    const [a, b, c, d] = events as [AuditEvent, AuditEvent, AuditEvent, AuditEvent];

    expect(verifyChain([a, c, b, d], end)).toMatchObject({ seq: 2, problem: 'missing' });
    expect(verifyChain([a, b, b, c, d], end)).toMatchObject({ seq: 2, problem: 'moved' });
  });

  it('is found to be rewritten as a whole by its last hash', () => {
    const forged = chain(none, context, [{ type: 'a' }, { type: 'b' }, { type: 'c' }, { type: 'd' }]);

    expect(verifyChain(forged, end)).toMatchObject({ seq: 4, problem: 'edited' });
  });

  it('reveals any single edit, removal or exchange', () => {
    const change = fc.oneof(
      fc.record({ do: fc.constant('edit' as const), index: fc.nat(3), text: fc.string({ minLength: 1 }) }),
      fc.record({ do: fc.constant('remove' as const), index: fc.nat(3) }),
      fc.record({ do: fc.constant('exchange' as const), index: fc.nat(2) }),
    );
    fc.assert(
      fc.property(change, (what) => {
        const changed = [...events];
        const { index } = what;
        if (what.do === 'edit') changed[index] = { ...changed[index]!, type: `${changed[index]!.type}${what.text}` };
        if (what.do === 'remove') changed.splice(index, 1);
        if (what.do === 'exchange') changed.splice(index, 2, changed[index + 1]!, changed[index]!);
        expect(verifyChain(changed, end)).toBeDefined();
      }),
    );
  });
});
