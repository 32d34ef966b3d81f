import type { Statement } from '../bundle/bundle';
import type { PhaseName } from '../bundle/phases';
import { phases } from '../bundle/phases';
import { MigrationError } from '../errors/index';
import { kindOf, type StepContext, type StepResult } from './kinds/index';
import type { MigrationRun, Step } from './migration-run';
import type { Progress } from './progress';
import type { RequestRun } from './request-run';

/** Performs the steps of these phases that are not done yet, in order. */
export async function runPhases(migration: MigrationRun, names: readonly PhaseName[]): Promise<Progress> {
  for (const { step, verify } of withVerification(migration.steps(names))) {
    if (migration.stateOf(step)?.state === 'done') continue;
    if (phases[step.phase].runs === 'forward') checkDeadline(migration);
    if (migration.run.request.outOfTime) return 'continue';
    const result = await perform(migration, step, verify?.statements ?? []);
    if (result === 'wait') return 'wait';
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
  if (kind.durability === 'transaction') {
    return untilSettled(migration.run.request, () => kind.perform(step.action, context, undefined));
  }
  const begun = migration.stateOf(step);
  const resumed = begun?.state === 'intent';
  const before = resumed ? begun.before : await kind.observe(step.action, context);
  if (!resumed) await migration.intend(step, { before });
  const result = await untilSettled(
    migration.run.request,
    (again) => kind.perform(step.action, { ...context, resumed: again }, before),
    resumed,
  );
  if (result !== 'wait') migration.settle(step, { before, state: 'done' });
  return result;
}

/** Inverts a step that was begun. `happened`: it took effect, and only the migration's `down` undoes it. */
export async function invert(migration: MigrationRun, step: Step): Promise<Progress | 'happened'> {
  const kind = kindOf(step.action);
  if (kind.durability === 'transaction') return 'done';
  const { request } = migration.run;
  if (request.outOfTime) return 'continue';
  const before = migration.stateOf(step)?.before;
  const context = { ...contextOf(migration, step, []), resumed: true };
  const result = await untilSettled(request, () => kind.invert(step.action, context, before), true);
  if (result === 'wait') return 'wait';
  migration.settle(step, { before, state: result === 'happened' ? 'done' : 'undone' });
  return result;
}

/** Milliseconds. */
const firstPollInterval = 50;

/** Repeats a step while it waits for something, as long as this process has time. */
async function untilSettled<R extends string>(
  request: RequestRun,
  attempt: (resumed: boolean) => Promise<R | 'wait'>,
  resumed = false,
): Promise<R | 'wait'> {
  let result = await attempt(resumed);
  for (let looks = 0; result === 'wait' && !request.outOfTime; looks += 1) {
    // Short waits are noticed soon; long ones are not polled all the time.
    await request.ports.clock.sleep(Math.min(firstPollInterval * 2 ** looks, request.limits.pollInterval));
    await request.lease.guard();
    result = await attempt(true);
  }
  return result;
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
    note: (how) => migration.note(step, how),
    module: () => migration.module(),
  };
}

function checkDeadline(migration: MigrationRun): void {
  const { deployment, request } = migration.run;
  if (request.ports.clock.now() <= deployment.forwardDeadline) return;
  const { id } = migration.record;
  const done = deployment.plan.indexOf(id);
  throw new MigrationError(
    'FORWARD_TIMEOUT',
    `The time limit for applying migrations expired before ${id}, with ${done} of ${deployment.plan.length} done.`,
    {
      hint: 'Give the construct a longer `forwardTimeout` (and `timeout`), or deploy fewer migrations at a time.',
    },
  );
}
