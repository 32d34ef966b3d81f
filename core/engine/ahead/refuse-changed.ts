import type { BundledMigration } from '../../bundle/bundle';
import { MigrationError } from '../../errors/index';
import type { AheadWork } from '../../ports';
import type { TargetProperties } from '../../wire';

/**
 * Refuses to go on with what was done ahead of another migration, or on other databases.
 * @throws AHEAD_CHANGED, AHEAD_UNDOING
 */
export function refuseChanged(
  { migration, startedAt, checksum, identities, undoing }: AheadWork,
  now: Pick<BundledMigration, 'checksum' | 'file'>,
  targets: Readonly<Record<string, TargetProperties>>,
): void {
  if (undoing) {
    throw new MigrationError('AHEAD_UNDOING', `What was done ahead of ${migration} is being taken back.`, {
      payload: { migration },
      hint: `Let \`migrations backfill undo --target-version ${migration}\` end; run it again if it was interrupted.`,
    });
  }
  const moved = Object.entries(identities).find(([target, identity]) => targets[target]?.Identity !== identity);
  if (now.checksum === checksum && !moved) return;
  const what = moved ? `the database of target ${moved[0]} is another one now` : `${now.file} was edited since`;
  throw new MigrationError('AHEAD_CHANGED', `${migration} was started ahead at ${startedAt}, and ${what}.`, {
    payload: { migration },
    hint: `Take back what was done with \`migrations backfill undo --target-version ${migration}\`, or restore ${moved ? 'the target' : 'the file as it was'}.`,
  });
}
