import { actionsOf, type MigrationId, type Phase } from '../../core/bundle/bundle';
import { type DataAction, sourceName } from '../../core/bundle/data-action';
import type { PhaseName } from '../../core/bundle/phases';
import { type PassProgress, progressOf } from '../../core/data/progress';
import { aheadPass } from '../../core/engine/ahead/work-ahead';
import {
  aheadPrefix,
  type Deployment,
  type MigrationRecord,
  type PlannedUndo,
  type StepState,
} from '../../core/ledger/state';
import type { AheadWork, Control, LeftItem, Pass } from '../../core/ports';
import type { ScopeAccess } from '../ledger-access';

/** A pass over the items of a table, as people see it. */
export interface PassReport {
  readonly migration: MigrationId;
  readonly version: string;
  readonly pass: Pass;
  /** It runs before the deployment that applies the migration. */
  readonly isAhead: boolean;
  readonly table: string;
  /** What it does: `write`, `check`, or `undo`. */
  readonly does: DataAction['pass'] | 'undo';
  /** Of the migration, in which it does that: the sweep goes through everything once more. */
  readonly phase: PhaseName;
  readonly state: 'waiting' | 'running' | 'done' | 'paused' | 'cancelled' | 'failed';
  readonly control: Control;
  readonly progress: PassProgress;
  /** The first items that it left as they were. */
  readonly left: readonly LeftItem[];
}

/** How many items that were left are shown. */
const mostShown = 20;

export const phasesWithItems = ['backfill', 'verify', 'sweep', 'contract'] as const;

/** The passes of the open deployments of a scope, in the order in which they run, and before them what is done ahead. */
export async function passesOf(access: ScopeAccess): Promise<readonly PassReport[]> {
  const { ports, scope } = access;
  const { open, migrations } = await ports.ledger.load(scope);
  const reports: PassReport[] = [];
  for (const work of await ports.segments.aheads(scope)) {
    // A deployment that applies it counts what was done ahead as its own.
    if (!migrations.some(({ key }) => key === work.key)) reports.push(await passAhead(access, work));
  }
  for (const deployment of open) {
    const own = migrations.filter((record) => record.deployment === deployment.id && record.kind === 'data');
    for (const record of own) reports.push(...(await passesOfMigration(access, deployment, record)));
  }
  return reports;
}

async function passAhead({ ports, scope }: ScopeAccess, work: AheadWork): Promise<PassReport> {
  const { migration: id, version, action, segments, undoing } = work;
  const forward = aheadPass(scope, work, 'forward');
  if (!undoing) return reportOf({ ports }, { id, version }, forward, action, segments);
  // Only what was begun is taken back.
  const begun = await ports.segments.list(forward);
  return reportOf({ ports }, { id, version }, aheadPass(scope, work, 'undo'), action, Math.max(1, begun.length));
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
      const report = await reportOfStep({ ports }, record, pass, action, planned);
      if (report) reports.push(report);
    }
  }
  return reports;
}

export async function phasesInBundle(
  { ports }: Pick<ScopeAccess, 'ports' | 'scope'>,
  { bundle }: Deployment,
  { id }: Pick<MigrationRecord, 'id'>,
): Promise<readonly Phase[]> {
  const { migrations } = await ports.bundles.load(bundle!);
  return migrations.find((migration) => migration.id === id)?.phases ?? [];
}

/** Undefined for one that was not begun. */
async function reportOfStep(
  { ports }: Pick<ScopeAccess, 'ports'>,
  record: MigrationRecord,
  pass: Pass,
  action: DataAction,
  { steps }: PlannedUndo,
): Promise<PassReport | undefined> {
  const begun = steps[pass.step];
  const known = await ports.segments.list(pass);
  if (known.length === 0 && (pass.direction === 'undo' || begun === undefined || !isShown(begun))) return undefined;
  const { segments = known[0]?.of ?? 1, ahead } = begun?.before ?? {};
  const passed: Pass | undefined =
    ahead === undefined ? undefined : { ...pass, deployment: ahead, direction: 'forward' };
  return reportOf({ ports }, record, pass, action, segments, passed);
}

/** What has no segments of its own is shown while it is under way, or when all of it was done ahead. */
function isShown({ state, before }: StepState): boolean {
  return state === 'intent' || (state === 'done' && before?.ahead !== undefined);
}

/** @param passed whose segments that are done the pass passes by */
export async function reportOf(
  { ports }: Pick<ScopeAccess, 'ports'>,
  { id, version }: Pick<MigrationRecord, 'id' | 'version'>,
  pass: Pass,
  action: DataAction,
  of: number,
  passed?: Pass,
): Promise<PassReport> {
  const before = passed ? await ports.segments.list(passed) : [];
  const known = [...before.filter(({ state }) => state === 'done'), ...(await ports.segments.list(pass))];
  const control = await ports.segments.control(pass);
  const progress = progressOf(known, of, ports.clock.now());
  const left = passed && pass.direction === 'forward' ? await ports.segments.left(passed, mostShown) : [];
  return {
    migration: id,
    version,
    pass,
    isAhead: pass.deployment.startsWith(aheadPrefix),
    table: sourceName(action),
    does: pass.direction === 'undo' ? 'undo' : action.pass,
    phase: pass.step.split('.')[0] as PhaseName,
    state: stateOf(
      progress,
      control,
      known.some(({ state }) => state === 'failed'),
    ),
    control,
    progress,
    left: [...left, ...(await ports.segments.left(pass, mostShown))].slice(0, mostShown),
  };
}

function stateOf({ segments, percent }: PassProgress, control: Control, hasFailed: boolean): PassReport['state'] {
  if (percent === 100) return 'done';
  if (control.state === 'paused') return 'paused';
  // A pass that fails is cancelled, so that it can be taken back.
  if (hasFailed) return 'failed';
  if (control.state === 'cancelled') return 'cancelled';
  return segments.running > 0 ? 'running' : 'waiting';
}
