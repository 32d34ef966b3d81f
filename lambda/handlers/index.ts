import { once } from '../aws/once';
import { awsPorts } from '../aws/ports';
import type { CloudFormationEvent, StackStatusEvent } from '../cloudformation/event';
import { readSettings } from '../settings';
import { onEvent as receive } from './on-event';
import { respond as answer, type RespondEvent } from './respond';
import { type TickEvent, tick as work } from './tick';

/** Made once per process, and not before the environment is known to be complete. */
const settings = once(() => readSettings());
const ports = once(() => awsPorts(settings()));
const executions = once(async () => new (await import('../aws/executions')).Executions(settings().stateMachine));

/** Of the function's time; the rest is for answering that it did not start. */
const shareForStarting = 0.6;

/** Entry of the function that CloudFormation and EventBridge call. */
export async function onEvent(
  event: CloudFormationEvent | StackStatusEvent,
  context: { getRemainingTimeInMillis(): number },
): Promise<void> {
  const { requests, clock } = ports();
  const start = async (name: string, input: object) => (await executions()).start(name, input);
  const patience = context.getRemainingTimeInMillis() * shareForStarting;
  await receive(event, { requests, executions: { start }, scope: settings().scope, now: () => clock.now(), patience });
}

/**
 * Entry of the function that works: it hands the request to the engine (core/engine/drive). It also answers, when the function meant
 * for that cannot.
 */
export async function tick(event: TickEvent | RespondEvent): Promise<unknown> {
  return event.action === 'respond' ? answer(event, ports()) : work(event, ports());
}

/** Entry of the function that answers CloudFormation. */
export async function respond(event: RespondEvent): Promise<void> {
  await answer(event, ports());
}
