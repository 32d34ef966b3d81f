import type { Statement } from '../bundle/bundle';
import type { PhaseName } from '../bundle/phases';
import { phases } from '../bundle/phases';
import { checkDeadline } from './deadline';
import { kindOf, type StepContext, type StepResult } from './kinds/index';
import { mayWaitForLock } from './lock-patience';
import { hasMade } from './made-tables';
import { eventOf } from './migration-event';
import type { MigrationRun, Step } from './migration-run';
import type { Progress } from './progress';
import type { RequestRun } from './request-run';

/** Performs the steps of these phases that are not done yet, in order. */
export async function runPhases(migration: MigrationRun, names: readonly PhaseName[]): Promise<Progress> {
  for (const { step, verify } of withVerification(migration.steps(names))) {
    if (migration.stateOf(step)?.state === 'done') continue;
    // One that was begun may be complete meanwhile, and is looked at first.
    if (!migration.stateOf(step)) checkDeadline(migration, step);
    if (migration.run.request.outOfTime) return 'continue';
    const result = await perform(migration, step, verify?.statements ?? []);
    if (result === 'wait' || result === 'work') return result;
    if (result === 'building') migration.leaveOpen(step);
    if (result !== 'foreign') continue;
    await migration.update({ adopted: true });
    // What another deployment did was not verified with it.
    if (verify && (await perform(migration, verify.step, [])) === 'wait') return 'wait';
  }
  return 'done';
}

interface Unit {
  readonly step: Step;
  /** The verification that the step includes. */
  readonly verify?: { readonly step: Step; readonly statements: readonly Statement[] };
}

/** A step whose kind can verify in its own transaction takes the verification that follows it along. */
function withVerification(steps: readonly Step[]): readonly Unit[] {
  return steps.flatMap((step, index): Unit[] => {
    if (step.action.type === 'verify' && includesVerification(steps[index - 1])) return [];
    const next = steps[index + 1];
    if (next?.action.type !== 'verify' || !includesVerification(step)) return [{ step }];
    return [{ step, verify: { step: next, statements: next.action.statements } }];
  });
}

function includesVerification(step: Step | undefined): boolean {
  return step !== undefined && kindOf(step.action).verifiesInTransaction === true;
}

/** Performs one step, as durable as its kind says. */
async function perform(migration: MigrationRun, step: Step, verify: readonly Statement[]): Promise<StepResult> {
  const kind = kindOf(step.action);
  const context = contextOf(migration, step, verify);
  const { request } = migration.run;
  const onWait = () => checkDeadline(migration, step);
  if (kind.durability === 'transaction') {
    return untilSettled(request, () => kind.perform(step.action, context, undefined), onWait);
  }
  const begun = migration.stateOf(step);
  const resumed = begun?.state === 'intent';
  const begunAt = Math.max((resumed && begun.since) || context.now(), request.recorded.receivedAt);
  const before = resumed ? begun.before : await kind.observe(step.action, context);
  if (!resumed) await migration.intend(step, { before, since: context.now() });
  const result = await untilSettled(
    request,
    (again) => kind.perform(step.action, { ...context, resumed: again, begunAt }, before),
    onWait,
    resumed,
  );
  if (!['wait', 'work', 'building'].includes(result)) migration.settle(step, { before, state: 'done' });
  return result;
}

/** Looks once at a step that was left to be done in the background, and records it when it is. */
export async function look(migration: MigrationRun, step: Step): Promise<StepResult> {
  const before = migration.stateOf(step)?.before;
  const context = { ...contextOf(migration, step, []), resumed: true };
  const result = await kindOf(step.action).perform(step.action, context, before);
  if (result === 'done') migration.settle(step, { before, state: 'done' });
  return result;
}

/** Lets each kind of step refuse a migration that it could not complete, before anything of it is done. */
export async function refuseImpossible(migration: MigrationRun, names: readonly PhaseName[]): Promise<void> {
  const steps = migration.steps(names);
  for (const kind of new Set(steps.map(({ action }) => kindOf(action)))) {
    if (kind.durability === 'transaction' || !kind.refuse) continue;
    const own = steps.filter(({ action }) => kindOf(action) === kind);
    await kind.refuse(
      own.map(({ action }) => action),
      contextOf(migration, own[0]!, []),
      own.filter(({ phase }) => phases[phase].undoneBy === 'never').map(({ action }) => action),
    );
  }
}

/** Inverts a step that was begun. `happened`: it took effect, and only the migration's `down` undoes it. */
export async function invert(migration: MigrationRun, step: Step): Promise<Progress | 'happened'> {
  const kind = kindOf(step.action);
  if (kind.durability === 'transaction') return 'done';
  const { request } = migration.run;
  if (request.outOfTime) return 'continue';
  const before = migration.stateOf(step)?.before;
  const context = { ...contextOf(migration, step, []), resumed: true };
  const result = await untilSettled(
    request,
    () => kind.invert(step.action, context, before),
    () => {},
    true,
  );
  if (result === 'wait' || result === 'work') return result;
  migration.settle(step, { before, state: result === 'happened' ? 'done' : 'undone' });
  return result;
}

/** Milliseconds. */
const firstPollInterval = 50;

/**
 * Repeats a step while it waits for something, as long as this process has time.
 * @param onWait throws when it has waited for too long
 */
async function untilSettled<R extends string>(
  request: RequestRun,
  attempt: (resumed: boolean) => Promise<R | 'wait'>,
  onWait: () => void,
  resumed = false,
): Promise<R | 'wait'> {
  for (let looks = 0; ; looks += 1) {
    const result = await attempt(resumed || looks > 0);
    if (result !== 'wait') return result;
    onWait();
    if (request.outOfTime) return 'wait';
    // Short waits are noticed soon; long ones are not polled all the time.
    await request.ports.clock.sleep(Math.min(firstPollInterval * 2 ** looks, request.limits.pollInterval));
    await request.lease.guard();
  }
}

function contextOf(migration: MigrationRun, step: Step, verify: readonly Statement[]): StepContext {
  return {
    migration: migration.record,
    file: migration.plan.file,
    target: migration.target,
    phase: step.phase,
    step: step.number,
    isWholePhase: step.isWholePhase,
    verify,
    attempt: migration.run.request.recorded.key,
    resumed: false,
    mayWaitForLock: (wait) => mayWaitForLock(wait, phases[step.phase].runs, migration.run),
    note: (how) => migration.note(step, how),
    module: () => migration.module(),
    now: () => migration.run.request.ports.clock.now(),
    waitsFor: (wait) => migration.waitsFor(step, wait),
    record: (event, detail) => migration.run.record([eventOf(event, migration.record, detail)], {}),
    data: dataContext(migration, step),
  };
}

/** What a step that works in segments needs besides. */
function dataContext(migration: MigrationRun, step: Step): StepContext['data'] {
  const { deployment, request } = migration.run;
  const { ports, recorded } = request;
  return {
    pass: { scope: recorded.scope, deployment: deployment.id, key: migration.plan.key, step: step.id },
    segments: ports.segments,
    clock: ports.clock,
    deadline: phases[step.phase].runs === 'forward' ? deployment.forwardDeadline : undefined,
    targetOf: (name) => migration.run.target(name),
    hasMade: (place) => hasMade(migration.run, place),
    report: (event, detail) => migration.run.defer([eventOf(event, migration.record, detail)], {}),
    leave: (items) => {
      const { itemsLeft = 0 } = migration.run.deployment;
      if (items > 0) migration.run.deferUpdate({ itemsLeft: itemsLeft + items });
    },
    tell: (sentence) => {
      const { notes = [] } = migration.run.deployment;
      migration.run.deferUpdate({ notes: [...notes, sentence] });
    },
    begin: (work) => request.begin(work),
  };
}
