import { describe, expect, it } from '@jest/globals';
import { PendingChanges } from '../../../core/ledger/pending';
import { appliedRevision, deployment, migration, undoPlan } from '../../ports/support/records';

const { key } = migration(1);

/** What is written after these changes were deferred, in order. */
function written(...changes: readonly Parameters<PendingChanges['add']>[2][]) {
  const pending = new PendingChanges();
  for (const change of changes) pending.add('d', [], change);
  return pending.take().change;
}

describe('changes that wait to be written', () => {
  it('become one write that contains the last version of every record once', () => {
    const change = written(
      {
        migrations: [migration(1, { state: 'applying' }), migration(2)],
        deployments: [deployment()],
        steps: [{ key, step: 'up.0', state: 'intent' }],
      },
      {
        migrations: [migration(1)],
        deployments: [deployment({ state: 'applied' })],
        steps: [
          { key, step: 'up.0', state: 'done' },
          { key, step: 'up.1', state: 'intent' },
        ],
        applied: appliedRevision,
      },
    );

    expect(change).toEqual({
      migrations: [migration(1), migration(2)],
      deployments: [deployment({ state: 'applied' })],
      steps: [
        { key, step: 'up.0', state: 'done' },
        { key, step: 'up.1', state: 'intent' },
      ],
      applied: appliedRevision,
    });
  });

  it('contain nothing of a migration that is forgotten', () => {
    const steps = [{ key, step: 'up.0', state: 'undone' } as const];

    expect(written({ migrations: [migration(1)], undoPlans: [undoPlan(key)], steps }, { forget: [key] })).toEqual({
      forget: [key],
    });
    expect(written({ steps }, { forget: [key], steps })).toEqual({ forget: [key] });
  });

  it('keep a null, which says that no revision is applied any more', () => {
    expect(written({ applied: appliedRevision }, { applied: null }, {})).toEqual({ applied: null });
  });

  it('are empty once they were written', () => {
    const pending = new PendingChanges();
    pending.add('d', [{ type: 'begun' }], {});
    expect(pending.isEmpty).toBe(false);
    expect(pending.take().events).toEqual([{ type: 'begun', deployment: 'd' }]);

    expect(pending.isEmpty).toBe(true);
  });
});
