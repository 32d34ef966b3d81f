import type { Ports } from '../../core/ports';
import { failedOutcome } from '../../core/request/outcome';
import type { Outcome, RecordedRequest } from '../../core/request/request';
import { answerBody, sendAnswer } from '../cloudformation/answer';
import { log } from '../log';

export interface RespondEvent {
  readonly action: 'respond';
  readonly requestKey: string;
  readonly scope: string;
  /** Why the ticks did not come to an outcome, when they did not. */
  readonly failure?: { readonly Error?: string; readonly Cause?: string };
}

/** Sends CloudFormation the outcome of a request, once. */
export async function respond(event: RespondEvent, { requests }: Pick<Ports, 'requests'>): Promise<void> {
  const recorded = await requests.find(event.scope, event.requestKey);
  if (!recorded) throw new Error(`The ledger has no request ${event.requestKey} of scope ${event.scope}.`);
  if (recorded.answered || !recorded.responseUrl) return;
  const outcome = recorded.outcome ?? (await decideFailure(recorded, event, requests));
  const accepted = await sendAnswer(recorded.responseUrl, answerBody(recorded, outcome));
  log('answered', { request: recorded.requestId, status: outcome.status, accepted });
  // CloudFormation has its answer; an error from here on would only send it again.
  await requests.answered(recorded.scope, recorded.key).catch((error) => log('not marked', { error: String(error) }));
}

async function decideFailure(
  recorded: RecordedRequest,
  event: RespondEvent,
  requests: Ports['requests'],
): Promise<Outcome> {
  const { Error: name = 'Unknown', Cause: cause = '' } = event.failure ?? {};
  const outcome = failedOutcome(
    recorded,
    `The migration engine could not finish: ${name}: ${causeText(cause)} What was done is in the ledger; ` +
      'the next request (the rollback, or a new deployment) continues from there.',
  );
  await requests.setOutcome(recorded.scope, recorded.key, outcome);
  return outcome;
}

/** Lambda reports an error as JSON with its message among other things. */
function causeText(cause: string): string {
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: string };
    return errorMessage ?? cause;
  } catch {
    return cause;
  }
}
