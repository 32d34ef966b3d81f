import { actionsOf, type BundledMigration, type Phase } from '../bundle/bundle';
import type { PhaseName } from '../bundle/phases';
import type { OpenBuild } from '../ledger/observation';
import type { MigrationRecord, NewEvent, StepId, StepState, UndoPlan } from '../ledger/state';
import type { MigrationModule, Target } from '../ports';
import type { DeploymentRun } from './deployment-run';
import { type StepAction, singleSteps, type Wait } from './kinds/index';
import { eventOf } from './migration-event';
import type { ReadyUndo } from './undo-plans';
import { takeAhead, writeUndoPlans } from './write-ahead';

/** One step of a migration: an action, and its position in the migration. */
export interface Step {
  readonly id: StepId;
  readonly phase: PhaseName;
  /** Number within the phase, from 0. */
  readonly number: number;
  /** The phase has no other step. */
  readonly isWholePhase: boolean;
  readonly action: StepAction;
}

/** One migration in the hands of one process: its record in the ledger, its undo plan, its database. */
export class MigrationRun {
  readonly plan: UndoPlan;
  private readonly phases: readonly Phase[];
  private readonly states: Map<StepId, StepState>;
  private readonly waits = new Map<StepId, Wait>();
  /** Steps that the database completes by itself, after the migration. */
  readonly building: OpenBuild[] = [];

  private constructor(
    readonly run: DeploymentRun,
    readonly target: Target,
    { plan, phases, steps }: ReadyUndo,
  ) {
    this.plan = plan;
    this.phases = phases;
    this.states = new Map(Object.entries(steps));
  }

  /** Begins a migration, or resumes one. Its undo plan is in the ledger before its first step, so it can be undone. */
  static async begin(run: DeploymentRun, migration: BundledMigration): Promise<MigrationRun> {
    const key = run.keyOf(migration);
    const target = await run.target(migration.target);
    const record = run.request.state.migration(key);
    const fresh = (plan: UndoPlan) => new MigrationRun(run, target, { plan, phases: migration.phases, steps: {} });
    if (!record) return fresh(await writeUndoPlans(run, migration, target));
    const plan = await takeAhead(run, key, target);
    const begun = plan ? fresh(plan) : await MigrationRun.resume(run, target, record);
    if (record.state === 'planned') {
      begun.updateLater({ state: 'applying', begunAt: run.request.now }, 'migration-started');
    }
    await run.request.flushWhenDue();
    return begun;
  }

  /** A migration that was begun before. */
  static async resume(run: DeploymentRun, target: Target, record: MigrationRecord): Promise<MigrationRun> {
    return new MigrationRun(run, target, await run.undoPlans.of(record));
  }

  /** The migration as the ledger has it now. */
  get record(): MigrationRecord {
    return this.run.request.state.migration(this.plan.key)!;
  }

  /** The steps of these phases, in order. */
  steps(names: readonly PhaseName[]): readonly Step[] {
    return names.flatMap((phase) => {
      const actions = singleSteps(actionsOf({ phases: this.phases }, phase), this.target);
      const isWholePhase = actions.length === 1;
      return actions.map((action, number) => ({ id: `${phase}.${number}`, phase, number, isWholePhase, action }));
    });
  }

  stateOf(step: Step): StepState | undefined {
    return this.states.get(step.id);
  }

  /** A step of it was begun, by whichever process. */
  get isBegun(): boolean {
    return this.states.size > 0;
  }

  /** Notes what a step waits for; the last time counts. */
  waitsFor(step: Step, wait: Wait): void {
    this.waits.set(step.id, wait);
  }

  waitOf(step: Step): Wait | undefined {
    return this.waits.get(step.id);
  }

  /** Leaves a step that was asked for to the database. */
  leaveOpen(step: Step): void {
    const { what = step.id, table = '' } = this.waitOf(step) ?? {};
    this.building.push({ step: step.id, table, what });
  }

  /** Records the intent of a step before it acts. */
  async intend(step: Step, state: Omit<StepState, 'state'>): Promise<void> {
    await this.run.record([], { steps: [this.change(step, { ...state, state: 'intent' })] });
  }

  /** Records what became of a step. If that is lost, a look at the database shows it again. */
  settle(step: Step, state: StepState): void {
    this.run.defer([], { steps: [this.change(step, state)] });
  }

  private change(step: Step, state: StepState) {
    this.states.set(step.id, state);
    return { ...state, key: this.plan.key, step: step.id };
  }

  /** Changes the migration's record, now. */
  async update(change: Partial<MigrationRecord>, events: readonly NewEvent[] = []): Promise<void> {
    await this.run.record(events, { migrations: [{ ...this.record, ...change }] });
  }

  /** Changes the migration's record with the next write. */
  updateLater(change: Partial<MigrationRecord>, event: string, detail: Readonly<Record<string, unknown>> = {}): void {
    const record = { ...this.record, ...change };
    this.run.defer([eventOf(event, record, detail)], { migrations: [record] });
  }

  /** Says in the audit trail how a step was done. */
  note(step: Step, how: string): void {
    this.run.defer([eventOf('step-done', this.record, { step: step.id, how })], {});
  }

  /** The compiled module of a migration that runs code. */
  module(): Promise<MigrationModule> {
    return this.run.request.ports.bundles.module(this.plan.bundle!, this.record.id);
  }
}
