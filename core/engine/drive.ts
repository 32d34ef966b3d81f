import { hasCode, isPassing } from '../errors/index';
import type { HeldLease, LeaseInfo, Ports, StackView } from '../ports';
import { type Decision, decide } from '../protocol/decide';
import { reasonForRollback } from '../protocol/reason';
import { failedOutcome, successOutcome } from '../request/outcome';
import type { Outcome, RecordedRequest } from '../request/request';
import { answerMargin } from './answer-margin';
import { flag, remove, retain } from './close-scope';
import { DeploymentRun } from './deployment-run';
import type { PassWork } from './pass-work';
import type { Progress } from './progress';
import { type Limits, RequestRun } from './request-run';
import { commit, forward, rollBack } from './run-deployment';
import { start } from './start';

/** What one process achieved for a request. `done`: the request has its outcome, and can be answered. */
export type DriveResult =
  | { readonly status: 'done'; readonly outcome: Outcome }
  | { readonly status: 'continue' }
  | { readonly status: 'wait'; readonly waitSeconds: number }
  /** Workers are to do these segments, then it continues. */
  | { readonly status: 'work'; readonly work: PassWork }
  /** The outcome is to be sent now, then it continues. */
  | { readonly status: 'answer' };

/**
 * Works on a request until it has an outcome or this process runs out of time: take the lease, read the ledger, decide,
 * act, record, and decide again. Called again, by this process or another one, it continues where it stopped.
 * @param execution who works: the same one may take its lease again at once after a crash
 */
export async function drive(
  ports: Ports,
  recorded: RecordedRequest,
  execution: string,
  limits: Limits,
): Promise<DriveResult> {
  if (recorded.outcome && !recorded.outcome.continues) {
    await giveBackLease(ports, recorded.scope, execution);
    return { status: 'done', outcome: recorded.outcome };
  }
  const lease = await ports.leases.acquire(
    recorded.scope,
    holderOf(recorded, execution),
    recorded.request.kind === 'migrations',
  );
  if (!('guard' in lease)) return waitForLease(ports, recorded, lease);
  const result = await underLease(ports, lease, recorded, limits);
  if (result.status === 'done') await ports.leases.release(lease);
  return result;
}

async function underLease(
  ports: Ports,
  session: HeldLease,
  recorded: RecordedRequest,
  limits: Limits,
): Promise<DriveResult> {
  let run: RequestRun | undefined;
  try {
    await supersedeOlder(ports, recorded);
    const [fresh, state] = [
      await ports.requests.find(recorded.scope, recorded.key),
      await ports.ledger.load(recorded.scope),
    ];
    run = new RequestRun(ports, session, limits, fresh ?? recorded, state);
    const view = await ports.stacks.view(recorded.stackId, state.open[0]?.operationStartedAt);
    return await untilAnswered(run, view);
  } catch (error) {
    await run?.settle();
    const isUnreachable = hasCode(error, 'TARGET_UNREACHABLE');
    if (!isUnreachable && !isPassing(error)) throw error;
    const busy = hasCode(error, 'DATABASE_BUSY');
    if (!busy) await ports.leases.release(session);
    return { status: 'wait', waitSeconds: isUnreachable ? 15 : busy ? 5 : 1 };
  }
}

async function untilAnswered(run: RequestRun, view: StackView | undefined): Promise<DriveResult> {
  for (;;) {
    const decision = decide(run.state, run.recorded, view);
    if (decision.do === 'answer') return answer(run, withDone(run, decision.outcome));
    if (!run.recorded.outcome && isLate(run.ports, run.recorded)) return answer(run, lateOutcome(run, decision));
    if (decision.do === 'wait') return leaveAlone(run);
    const progress = await perform(run, decision, view);
    await run.flush();
    if (progress === 'continue') return { status: 'continue' };
    if (progress === 'wait') return { status: 'wait', waitSeconds: 5 };
    if (progress === 'work') return giveToWorkers(run, decision);
  }
}

function perform(
  run: RequestRun,
  decision: Exclude<Decision, { do: 'answer' | 'wait' }>,
  view: StackView | undefined,
): Promise<Progress> {
  switch (decision.do) {
    case 'start':
      return start(run, view);
    case 'forward':
      return forward(new DeploymentRun(run, decision.deployment));
    case 'roll-back':
      return rollBack(new DeploymentRun(run, decision.deployment));
    case 'commit':
      return commit(new DeploymentRun(run, decision.deployment));
    case 'flag':
      return flag(run, decision.deployment);
    case 'retain':
      return retain(run);
    case 'remove':
      return remove(run);
  }
}

/** A success tells what was done for it, rather than that nothing is left to do. */
function withDone({ done, recorded }: RequestRun, outcome: Outcome): Outcome {
  if (recorded.outcome || outcome.status !== 'SUCCESS' || done.length === 0) return outcome;
  return { ...outcome, reason: done.join(' ') };
}

/** Lets others work until CloudFormation can be asked again. */
async function leaveAlone({ ports, lease }: RequestRun): Promise<DriveResult> {
  await ports.leases.release(lease);
  return { status: 'wait', waitSeconds: 10 };
}

/** Milliseconds: what workers do at once, until somebody looks at it again, with what it takes to begin and to end. */
const longestWork = 300_000;

/** Whoever has to stop the workers can take the lease at once; they hold their segments under leases of their own. */
async function giveToWorkers(run: RequestRun, decision: Decision): Promise<DriveResult> {
  const { ports, lease, recorded } = run;
  const work = run.work!;
  await ports.leases.release(lease);
  if (recorded.outcome) return { status: 'work', work };
  const answerBy = recorded.answerBy - 2 * answerMargin;
  if (
    decision.do === 'commit' &&
    recorded.request.kind !== 'migrations' &&
    ports.clock.now() > answerBy - longestWork
  ) {
    await ports.requests.setOutcome(recorded.scope, recorded.key, outcomeMeanwhile(run, work));
    return { status: 'answer' };
  }
  // What is left of the time is for the answer.
  if (ports.clock.now() >= answerBy) return { status: 'wait', waitSeconds: 5 };
  return { status: 'work', work: { ...work, until: Math.min(work.until, answerBy) } };
}

/** The stack update has succeeded, and CloudFormation waits for nothing but this answer. */
function outcomeMeanwhile({ recorded, state }: RequestRun, { pass, of, segments }: PassWork): Outcome {
  const percent = Math.floor(((of - segments.length) / of) * 100);
  const migration = state.migration(pass.key)?.id ?? pass.key;
  const reason = `${percent} % of what ${migration} has left to do are done; the rest goes on by itself. See it with \`migrations backfill status\`.`;
  return { ...successOutcome(recorded, state.applied, reason), continues: true };
}

async function answer(run: RequestRun, outcome: Outcome): Promise<DriveResult> {
  if (!run.recorded.outcome) await run.ports.requests.setOutcome(run.recorded.scope, run.recorded.key, outcome);
  return { status: 'done', outcome };
}

/** CloudFormation stops waiting soon. It gets an answer in time, and its next request continues the work. */
function lateOutcome({ state, recorded }: RequestRun, decision: Decision): Outcome {
  if (decision.do === 'wait') {
    return failedOutcome(
      recorded,
      'CloudFormation did not say in which status the stack is, so it is not known whether this is a rollback. Nothing was changed. Try again.',
    );
  }
  const during = workOf[decision.do] ?? 'preparation';
  const left = state.migrations.filter(({ state }) => state === 'applying' || state === 'undoing').map(({ id }) => id);
  const where = left.length > 0 ? ` Not finished: ${left.join(', ')}.` : '';
  const next = 'All progress is recorded; continue the rollback or deploy again to resume from the last recorded step.';
  return failedOutcome(
    recorded,
    `${causeOf(decision)}CloudFormation's timeout expired during ${during}.${where} ${next}`,
  );
}

/** Why it is rolled back, when that is a failure of its own: nobody else says so. */
function causeOf(decision: Decision): string {
  const failure = decision.do === 'roll-back' ? decision.deployment.failure : undefined;
  return failure?.during === 'forward' ? `${reasonForRollback(failure)} ` : '';
}

const workOf: Readonly<Record<string, string>> = {
  forward: 'the deployment',
  'roll-back': 'rollback',
  commit: 'the contract phase',
};

function isLate(ports: Ports, recorded: RecordedRequest): boolean {
  return ports.clock.now() > recorded.answerBy - answerMargin;
}

async function waitForLease(ports: Ports, recorded: RecordedRequest, lease: LeaseInfo): Promise<DriveResult> {
  if (!isLate(ports, recorded)) return { status: 'wait', waitSeconds: 2 };
  const outcome = failedOutcome(
    recorded,
    `Another process has been working on this scope since ${lease.acquiredAt}: ${lease.holder.description} (${lease.holder.id}). ` +
      'Wait for it to finish, or inspect it with `migrations unlock`; then try again.',
  );
  await ports.requests.setOutcome(recorded.scope, recorded.key, outcome);
  return { status: 'done', outcome };
}

/** CloudFormation sends one request for a resource at a time: a newer request means that it gave up on the older one. */
async function supersedeOlder(ports: Ports, recorded: RecordedRequest): Promise<void> {
  if (recorded.request.kind !== 'migrations') return;
  const reason = 'CloudFormation gave up on this request and sent another one.';
  await ports.requests.supersede(recorded, { status: 'FAILED', physicalId: recorded.scope, reason });
}

/** An earlier process of this execution may have died between the outcome and giving the lease back. */
async function giveBackLease(ports: Ports, scope: string, execution: string): Promise<void> {
  const lease = await ports.leases.inspect(scope);
  if (lease?.holder.id === execution) await ports.leases.revoke(scope, lease.token);
}

function holderOf(recorded: RecordedRequest, execution: string) {
  const { request } = recorded;
  const what = request.kind === 'settle' ? 'settle' : `${request.kind} ${request.type}`;
  return { id: execution, description: `${what}, request ${recorded.requestId} of ${recorded.stackId}` };
}
