import type { DataMigration, TableReference } from '../../authoring';
import type { Phase } from '../../core/bundle/bundle';
import type { DataAction, DataPlace } from '../../core/bundle/data-action';
import { MigrationError } from '../../core/errors/index';
import { type Draft, phaseList, type UsedTable } from '../draft';
import type { MigrationFile } from '../folder';
import type { ReportError, Warn } from '../report';
import type { SeedFiles } from '../seed/seed-files';
import { impuritiesOf } from './impurity';
import type { Places } from './places';

/** Reads what `data()` declares, but for its compiled code. Its functions are not called. */
export async function readData(
  migration: DataMigration,
  file: MigrationFile,
  place: Places,
  seeds: SeedFiles,
  report: ReportError,
  warn: Warn,
): Promise<Pick<Draft, 'kind' | 'phases' | 'tables' | 'seedChecksum'>> {
  await warnOfImpurity(migration, place, warn);
  const { source, destination } = migration;
  const to = destination === undefined ? undefined : usedTable(destination, file, place);
  if (typeof source === 'object' && 'file' in source) {
    const seed = await seeds.read(source, file, place, report);
    if (!seed) return { kind: 'data', phases: [], tables: [to!] };
    const phases = phasesOf(migration, actionOf(migration, seed.source, to));
    return { kind: 'data', phases, tables: [to!], seedChecksum: seed.checksum };
  }
  const from = usedTable(source, file, place);
  if (to && from.target === to.target && from.table === to.table) report(sameTable(place));
  const tables = to ? [from, to] : [from];
  return { kind: 'data', phases: phasesOf(migration, actionOf(migration, placeOf(from), to)), tables };
}

function usedTable(where: string | TableReference, file: MigrationFile, place: Places): UsedTable {
  const { table, target = file.target }: TableReference = typeof where === 'string' ? { table: where } : where;
  return { target, table, location: place.ofText(target === file.target ? table : target) };
}

function placeOf({ target, table }: UsedTable): DataPlace {
  return { target, table };
}

function actionOf(
  migration: DataMigration,
  source: DataAction['source'],
  to: UsedTable | undefined,
): Omit<DataAction, 'pass'> {
  const { existing = 'keep', mayFail = 0, finish = 'application', segments, latencyBudget } = migration;
  return {
    type: 'data',
    source,
    ...(to && { destination: placeOf(to) }),
    ...{ existing, undo: undoOf(migration), segments, mayFail, finish },
    ...(latencyBudget !== undefined && { latencyBudget }),
  };
}

function undoOf({ undo, irreversible }: DataMigration): DataAction['undo'] {
  if (undo) return 'function';
  return irreversible ? 'nothing' : 'before-image';
}

/** What nothing can undo waits until nothing has to be undone. */
function phasesOf({ irreversible, sweep, finish }: DataMigration, action: Omit<DataAction, 'pass'>): readonly Phase[] {
  const [write, check]: readonly DataAction[] = [
    { ...action, pass: 'write' },
    { ...action, pass: 'check' },
  ];
  if (irreversible) return phaseList({ contract: [write!, check!] });
  const isSwept = sweep ?? (action.destination === undefined || finish === 'background');
  // Until the update is complete, the former release may write items of the former shape; then a sweep finds them.
  const verify: DataAction = isSwept ? { ...check!, letsFormerPass: true } : check!;
  return phaseList({ backfill: [write!], verify: [verify], sweep: isSwept ? [write!, check!] : [] });
}

/** The engine refuses such a function too, at the first item: a deployment later. */
async function warnOfImpurity(migration: DataMigration, place: Places, warn: Warn): Promise<void> {
  for (const name of ['transform', 'undo', 'validate', 'combine'] as const) {
    const used = migration[name] ? await impuritiesOf(String(migration[name])) : [];
    for (const what of used) {
      warn(
        new MigrationError('IMPURE_TRANSFORM', `Function ${name} uses ${what}: it must depend on nothing but items.`, {
          payload: { function: name, uses: what },
          hint: 'Compute the value from the item, or write it down as a constant: an item may be met several times, and must give the same each time.',
          location: place.ofCode(what),
        }),
      );
    }
  }
}

function sameTable(place: Places): MigrationError {
  return new MigrationError('INVALID_EXPORT', 'The destination is the source.', {
    hint: 'Leave destination out to transform the items where they are.',
    location: place.ofExport(),
  });
}
