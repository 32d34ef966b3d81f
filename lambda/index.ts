import { Clients } from './aws/clients';
import { awsPorts } from './aws/ports';
import type { CloudFormationEvent, StackStatusEvent } from './cloudformation/event';
import { onEvent as receive } from './on-event';
import { respond as answer, type RespondEvent } from './respond';
import { readSettings } from './settings';
import { type TickEvent, tick as work } from './tick';

const clients = new Clients();

/** Entry of the function that CloudFormation and EventBridge call. */
export async function onEvent(event: CloudFormationEvent | StackStatusEvent): Promise<void> {
  const settings = readSettings();
  const { requests, clock } = awsPorts({ ...settings, clients });
  await receive(event, { requests, clients, settings, now: () => clock.now() });
}

/** Entry of the function that works. It also answers, when the function meant for that cannot. */
export async function tick(event: TickEvent | RespondEvent): Promise<unknown> {
  const ports = awsPorts({ ...readSettings(), clients });
  return event.action === 'respond' ? answer(event, ports) : work(event, ports);
}

/** Entry of the function that answers CloudFormation. */
export async function respond(event: RespondEvent): Promise<void> {
  await answer(event, awsPorts({ ...readSettings(), clients }));
}
