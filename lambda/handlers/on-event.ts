import type { Requests } from '../../core/ports';
import { failedOutcome, successOutcome } from '../../core/request/outcome';
import type { Outcome, RecordedRequest } from '../../core/request/request';
import { answerBody, sendAnswer } from '../cloudformation/answer';
import {
  type CloudFormationEvent,
  isStackStatusEvent,
  parseRequest,
  type StackStatusEvent,
  settleRequest,
} from '../cloudformation/event';
import { log } from '../log';

export interface OnEventParts {
  readonly requests: Requests;
  readonly executions: ExecutionStarter;
  /** Of stack events, which do not name theirs. */
  readonly scope: string;
  readonly now: () => number;
  /** Milliseconds after which starting counts as failed. Default: no limit. */
  readonly patience?: number;
}

/** Starts the execution that works on a request. False when one of that name was started before. */
interface ExecutionStarter {
  start(name: string, input: object): Promise<boolean>;
}

/**
 * Receives a request: keeps it in the ledger and starts the execution that works on it and answers it. Answers itself
 * only what needs no work, and what went wrong before the execution began.
 */
export async function onEvent(event: CloudFormationEvent | StackStatusEvent, parts: OnEventParts): Promise<void> {
  if (isStackStatusEvent(event)) {
    await begin(settleRequest(event, parts.scope, parts.now()), parts);
    return;
  }
  log('request', {
    type: event.RequestType,
    resource: event.LogicalResourceId,
    request: event.RequestId,
    stack: event.StackId,
  });
  let recorded: RecordedRequest;
  try {
    recorded = parseRequest(event, parts.now());
  } catch (error) {
    await refuse(event, error);
    return;
  }
  if (recorded.request.kind === 'marker' && recorded.request.type !== 'Delete') {
    await answer(recorded, successOutcome(recorded, null, 'Marked.'));
    return;
  }
  try {
    await inTime(begin(recorded, parts), parts.patience);
  } catch (error) {
    log('the execution could not be started', { error: String(error) });
    await answer(
      recorded,
      failedOutcome(recorded, `The migrations could not be started: ${String(error)} Nothing was changed.`),
    );
  }
}

async function begin(recorded: RecordedRequest, { requests, executions }: OnEventParts): Promise<void> {
  await requests.record(recorded);
  // The same delivery twice names the same execution; Step Functions keeps the second one from running
  // (aws-facts SFN-1).
  const isNew = await executions.start(recorded.key, { requestKey: recorded.key, scope: recorded.scope });
  if (!isNew) log('delivered again', { request: recorded.requestId });
}

/** Lambda ends a function silently when its time is over, and CloudFormation would wait until its timeout. */
async function inTime(work: Promise<void>, milliseconds: number | undefined): Promise<void> {
  if (milliseconds === undefined) return work;
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    const error = new Error(
      `The execution did not start within ${Math.round(milliseconds / 1000)} s; see the function's log.`,
    );
    timer = setTimeout(() => reject(error), milliseconds);
  });
  try {
    await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A request that cannot be read. The Delete of a resource that was never made succeeds, as there is nothing to undo. Of
 * one that was made, nobody here knows what its Delete must do, and forgetting it would leave its migrations.
 */
async function refuse(event: CloudFormationEvent, error: unknown): Promise<void> {
  const physicalId = event.PhysicalResourceId ?? `unreadable-${event.RequestId}`;
  const wasMade = physicalId === event.ResourceProperties?.Scope;
  const status = event.RequestType === 'Delete' && !wasMade ? 'SUCCESS' : 'FAILED';
  const reason = error instanceof Error ? error.message : String(error);
  const to = { stackId: event.StackId, requestId: event.RequestId, logicalId: event.LogicalResourceId };
  await sendAnswer(event.ResponseURL, answerBody(to, { status, physicalId, reason }));
}

async function answer(recorded: RecordedRequest, outcome: Outcome): Promise<void> {
  await sendAnswer(recorded.responseUrl!, answerBody(recorded, outcome));
}
