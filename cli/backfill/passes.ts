import { actionsOf, type MigrationId, type Phase } from '../../core/bundle/bundle';
import { type DataAction, sourceName } from '../../core/bundle/data-action';
import { type PassProgress, progressOf } from '../../core/data/progress';
import type { Deployment, MigrationRecord, PlannedUndo } from '../../core/ledger/state';
import type { Control, LeftItem, Pass } from '../../core/ports';
import type { ScopeAccess } from '../ledger-access';

/** A pass over the items of a table, as people see it. */
export interface PassReport {
  readonly migration: MigrationId;
  readonly version: string;
  readonly pass: Pass;
  readonly table: string;
  /** What it does: `write`, `check`, or `undo`. */
  readonly does: DataAction['pass'] | 'undo';
  readonly state: 'waiting' | 'running' | 'done' | 'paused' | 'cancelled' | 'failed';
  readonly control: Control;
  readonly progress: PassProgress;
  /** The first items that it left as they were. */
  readonly left: readonly LeftItem[];
}

/** How many items that were left are shown. */
const mostShown = 20;

const phasesWithItems = ['backfill', 'verify', 'sweep', 'contract'] as const;

/** The passes of the open deployments of a scope, in the order in which they run. */
export async function passesOf(access: ScopeAccess): Promise<readonly PassReport[]> {
  const { ports, scope } = access;
  const { open, migrations } = await ports.ledger.load(scope);
  const reports: PassReport[] = [];
  for (const deployment of open) {
    const own = migrations.filter((record) => record.deployment === deployment.id && record.kind === 'data');
    for (const record of own) reports.push(...(await passesOfMigration(access, deployment, record)));
  }
  return reports;
}

async function passesOfMigration(
  { ports, scope }: ScopeAccess,
  deployment: Deployment,
  record: MigrationRecord,
): Promise<readonly PassReport[]> {
  const [planned] = await ports.ledger.undoPlans(scope, [record.key]);
  if (!planned) return [];
  const phases = planned.plan.phases ?? (await phasesInBundle({ ports, scope }, deployment, record));
  const steps = phasesWithItems.flatMap((phase) =>
    actionsOf({ phases }, phase).flatMap((action, number) =>
      action.type === 'data' ? [{ step: `${phase}.${number}`, action }] : [],
    ),
  );
  const reports: PassReport[] = [];
  for (const { step, action } of steps) {
    for (const direction of ['forward', 'undo'] as const) {
      const pass: Pass = { scope, deployment: deployment.id, key: record.key, step, direction };
      const report = await reportOf({ ports }, record, pass, action, planned);
      if (report) reports.push(report);
    }
  }
  return reports;
}

async function phasesInBundle(
  { ports }: Pick<ScopeAccess, 'ports' | 'scope'>,
  { bundle }: Deployment,
  { id }: MigrationRecord,
): Promise<readonly Phase[]> {
  const { migrations } = await ports.bundles.load(bundle!);
  return migrations.find((migration) => migration.id === id)?.phases ?? [];
}

/** Undefined for one that was not begun. */
async function reportOf(
  { ports }: Pick<ScopeAccess, 'ports'>,
  record: MigrationRecord,
  pass: Pass,
  action: DataAction,
  { steps }: PlannedUndo,
): Promise<PassReport | undefined> {
  const begun = steps[pass.step];
  const known = await ports.segments.list(pass);
  if (known.length === 0 && (pass.direction === 'undo' || begun?.state !== 'intent')) return undefined;
  const of = begun?.before?.segments ?? known[0]?.of ?? 1;
  const control = await ports.segments.control(pass);
  const progress = progressOf(known, of, ports.clock.now());
  return {
    migration: record.id,
    version: record.version,
    pass,
    table: sourceName(action),
    does: pass.direction === 'undo' ? 'undo' : action.pass,
    state: stateOf(
      progress,
      control,
      known.some(({ state }) => state === 'failed'),
    ),
    control,
    progress,
    left: await ports.segments.left(pass, mostShown),
  };
}

function stateOf({ segments, percent }: PassProgress, control: Control, hasFailed: boolean): PassReport['state'] {
  if (percent === 100) return 'done';
  if (control.state !== 'running') return control.state;
  if (hasFailed) return 'failed';
  return segments.running > 0 ? 'running' : 'waiting';
}
