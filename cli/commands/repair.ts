import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { LatencyBudgets } from '../../core/data/latency-budgets';
import { usualPage } from '../../core/data/segment-work';
import { type DriveResult, drive } from '../../core/engine/drive';
import { workInProcess } from '../../core/engine/work-in-process';
import type { ScopeState } from '../../core/ledger/state';
import type { RecordedRequest } from '../../core/request/request';
import { actor, leaseHeld } from '../caller';
import { addCommand, type CommandLine, does } from '../command';
import { exitCodes } from '../exit-codes';
import type { CommandHelp } from '../help';
import { type ScopeAccess, type ScopeOptions, withScope } from '../ledger-access';
import type { Report, Terminal } from '../output';
import { withScopeOptions } from '../scope-options';
import { activityOf } from '../status/status';

const help: CommandHelp = {
  summary: 'Resume a failed deployment from its recorded step, after its cause was fixed',
  description: [
    'Resumes a failed deployment from its recorded step, in this process, after its cause was fixed. Then continue the',
    'rollback in CloudFormation: with ContinueUpdateRollback, or in a sandbox with `migrations sandbox continue-rollback`.',
    'In AWS it needs all permissions of the tick function of the engine.',
  ].join(' '),
  examples: [
    { args: '', does: 'the sandbox in ./.sandbox' },
    { args: '--stack Nutrition', does: 'a stack in AWS' },
  ],
  exitCodes: {
    0: 'nothing is failed any more',
    1: 'another process works on the scope, or AWS cannot be reached',
    3: 'the deployment has failed again, for the reason that is printed',
  },
  json: '{ "scope": "...", "state": "idle", "reason": "...", "failure": null }',
};

export function addRepair(parent: Command, session: CommandLine): void {
  withScopeOptions(addCommand(parent, 'repair', help)).action(
    does<ScopeOptions>(session, (options, terminal) => withScope(options, (access) => repair(access, terminal))),
  );
}

/** Milliseconds that a repair may take: as long as CloudFormation would wait. */
const timeLimit = 3_600_000;
const pollInterval = 500;

/** How many segments of a data migration are worked on at the same time. Each has several requests under way. */
const workers = 4;

async function repair(access: ScopeAccess, terminal: Terminal): Promise<Report> {
  const { ports, scope } = access;
  const before = await ports.ledger.load(scope);
  if (before.open.length === 0) return report(before, 'No deployment is open, so there is nothing to repair.');
  await refuseWhileHeld(access);

  const recorded = {
    ...repairRequest(before, await logicalIdOf(access, before), ports.clock.now()),
    actor: await actor(),
  };
  await ports.requests.record(recorded);
  const { outcome } = await driveToTheEnd(access, recorded, terminal);
  return report(await ports.ledger.load(scope), outcome.reason);
}

async function driveToTheEnd(
  { ports }: ScopeAccess,
  recorded: RecordedRequest,
  terminal: Terminal,
): Promise<Extract<DriveResult, { status: 'done' }>> {
  const budgets = new LatencyBudgets(workers);
  for (;;) {
    const limits = { stopBy: ports.clock.now() + timeLimit, pollInterval };
    const result = await drive(ports, recorded, recorded.actor, limits);
    if (result.status === 'done') return result;
    // Nobody waits for an answer to a repair.
    if (result.status === 'continue' || result.status === 'answer') continue;
    if (result.status === 'work') {
      terminal.say(`Working on ${result.work.segments.length} segments of ${result.work.pass.key} ...`);
      await workInProcess(ports, result.work, workers, randomUUID(), {
        ...limits,
        pageSize: usualPage,
        workers,
        budgets,
      });
      continue;
    }
    terminal.say(`Waiting ${result.waitSeconds} s for a running operation ...`);
    await ports.clock.sleep(result.waitSeconds * 1000);
  }
}

/** The resource that the deployment was for, which advice about CloudFormation names. */
async function logicalIdOf({ ports, scope }: ScopeAccess, { open }: ScopeState): Promise<string> {
  const request = await ports.requests.find(scope, open.at(-1)?.requestKey ?? '');
  return request?.logicalId ?? '';
}

function repairRequest(
  { scope, stackId = '' }: ScopeState,
  logicalId: string,
  now: number,
): Omit<RecordedRequest, 'actor'> {
  const requestId = randomUUID();
  return {
    key: `repair-${requestId}`,
    scope,
    stackId,
    logicalId,
    requestId,
    request: { kind: 'settle', repair: true },
    receivedAt: now,
    answerBy: now + timeLimit,
  };
}

/** A living process finishes the work itself, or fails and leaves it to us. */
async function refuseWhileHeld({ ports, scope }: ScopeAccess): Promise<void> {
  const lease = await ports.leases.inspect(scope);
  if (lease && lease.expiresAt > ports.clock.now()) throw leaseHeld(scope, lease);
}

function report(state: ScopeState, reason: string): Report {
  const activity = activityOf(state);
  const failure = state.open.find((deployment) => deployment.state === 'failed')?.failure;
  const advice = failure
    ? `${state.scope} is still in the state failed. Fix the cause, then run migrations repair again.`
    : `${state.scope} is ${activity}. If its stack is in a FAILED status, continue its rollback now.`;
  return {
    data: { scope: state.scope, state: activity, reason, failure: failure ?? null },
    text: [reason, advice].join('\n'),
    exitCode: failure ? exitCodes.needsRepair : exitCodes.success,
  };
}
