import { refuseChanged } from '../../core/engine/ahead/refuse-changed';
import { beginUndoAhead, endUndoAhead } from '../../core/engine/ahead/undo-ahead';
import { aheadPass, undoAhead } from '../../core/engine/ahead/work-ahead';
import { MigrationError } from '../../core/errors/index';
import type { AheadWork } from '../../core/ports';
import { deployedTargets } from '../deployed-targets';
import type { ScopeAccess } from '../ledger-access';
import type { Report, Terminal } from '../output';
import { underLease } from '../under-lease';
import { chooseDataMigration, type LocalMigrations } from './local-migrations';
import { toolsFor } from './start-ahead';
import { watchWhile } from './watch';

/**
 * Takes back what was done ahead, in this process.
 * @param local builds the migrations of the working tree, which only a migration with a function `undo` takes
 * @param named version or id, unless one was started only
 */
export async function undoStarted(
  access: ScopeAccess,
  local: () => Promise<Pick<LocalMigrations, 'bundle'>>,
  named: string | undefined,
  terminal: Terminal,
): Promise<Report> {
  const { ports, scope } = access;
  const found = choose(scope, await ports.segments.aheads(scope), named);
  const targets = await deployedTargets(access);
  const migration =
    found.action.undo === 'function'
      ? chooseDataMigration((await local()).bundle, await ports.ledger.load(scope), found.migration)
      : { file: found.migration };
  if ('checksum' in migration) refuseChanged({ ...found, undoing: false }, migration, targets);
  const tools = await toolsFor(access, migration, targets);
  const work = await underLease(access, 'backfill-undo', (run) => beginUndoAhead(run, found));
  const pass = aheadPass(scope, work, 'undo');
  const counts = await watchWhile(access, pass, terminal, undoAhead(ports, work, tools));
  await underLease(access, 'backfill-undo', (run) => endUndoAhead(run, work, counts));
  const restored = counts.restored + counts.updated;
  const kept = counts.kept === 0 ? '' : ` ${counts.kept} were changed by others since, and stay.`;
  return {
    data: { scope, migration: work.migration, state: 'undone', counts },
    text: `${scope}: what was done ahead of ${work.migration} is taken back, ${restored} items.${kept}`,
  };
}

function choose(scope: string, all: readonly AheadWork[], named: string | undefined): AheadWork {
  const matching = all.filter(
    ({ migration, version }) => named === undefined || migration === named || version === named,
  );
  const [found, ...others] = matching;
  if (found && others.length === 0) return found;
  const known = all.map(({ migration }) => migration);
  const which =
    known.length === 0 ? 'Nothing was' : `Started ahead were: ${known.join(', ')}. Not one of them is meant:`;
  const message =
    known.length === 0 ? `${which} started ahead in ${scope}.` : `${which} ${named ?? 'no --target-version is given'}.`;
  throw new MigrationError('NOTHING_AHEAD', message, {
    payload: { named, known },
    hint: known.length === 0 ? 'There is nothing to take back.' : `Name one, for example --target-version ${known[0]}.`,
  });
}
