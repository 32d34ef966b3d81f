import { once } from '../aws/once';
import { awsPorts, dynamoDbClient, ledgerProtection } from '../aws/ports';
import type { CloudFormationEvent, StackStatusEvent } from '../cloudformation/event';
import { readSettings } from '../settings';
import { type OnEventParts, onEvent as receive } from './on-event';
import { respond as answer, type RespondEvent } from './respond';
import { type TickEvent, tick as tickOn } from './tick';
import { undelivered as receiveAgain, type UndeliveredEvent } from './undelivered';
import { type WorkEvent, work as workOn } from './work';

/** Made once per process, and not before the environment is known to be complete. */
const settings = once(() => readSettings());
const dynamodb = once(dynamoDbClient);
const ports = once(() => awsPorts({ ...settings(), dynamodb: dynamodb() }));
const protection = once(() =>
  settings().protectLedger ? ledgerProtection(settings().ledgerTable, dynamodb()) : undefined,
);
const executions = once(async () => new (await import('../aws/executions')).Executions(settings().stateMachine));

/** Of the function's time; the rest is for answering that it did not start. */
const shareForStarting = 0.6;

interface Context {
  getRemainingTimeInMillis(): number;
  readonly awsRequestId: string;
}

/** Entry of the function that CloudFormation and EventBridge call. */
export async function onEvent(event: CloudFormationEvent | StackStatusEvent, context: Context): Promise<void> {
  await receive(event, partsOf(context));
}

/** Entry of the function that Lambda calls with what it could not deliver to that one. */
export async function undelivered(event: UndeliveredEvent, context: Context): Promise<void> {
  await receiveAgain(event, partsOf(context));
}

function partsOf(context: Context): OnEventParts {
  const { requests, clock } = ports();
  const start = async (name: string, input: object) => (await executions()).start(name, input);
  const patience = context.getRemainingTimeInMillis() * shareForStarting;
  return { requests, executions: { start }, scope: settings().scope, now: () => clock.now(), patience };
}

/**
 * Entry of the function that works: it hands the request to the engine (core/engine/drive). It also answers, when the function meant
 * for that cannot.
 */
export async function tick(event: TickEvent | RespondEvent): Promise<unknown> {
  return event.action === 'respond' ? answer(event, ports()) : tickOn(event, ports(), protection());
}

/** Entry of the function that answers CloudFormation. */
export async function respond(event: RespondEvent): Promise<void> {
  await answer(event, ports());
}

/** Entry of the function that works on segments of tables. */
export async function work(event: WorkEvent, context: Context): Promise<unknown> {
  return workOn(event, ports(), { id: context.awsRequestId, remaining: context.getRemainingTimeInMillis() });
}
