import type { CloudFormationEvent, StackStatusEvent } from '../cloudformation/event';
import { log } from '../log';
import { type OnEventParts, onEvent } from './on-event';

/** What Lambda makes of an event that a function failed to work on, however often it was called (aws-facts LAM-2). */
export interface UndeliveredEvent {
  readonly requestContext: { readonly condition: string; readonly approximateInvokeCount?: number };
  readonly requestPayload: CloudFormationEvent | StackStatusEvent;
  readonly responsePayload?: { readonly errorMessage?: string } | null;
}

/**
 * Receives a request once more, in another function, when the one meant for it never came to an end: as a rollback it may
 * have to undo something, so it is better started late than failed. When it cannot be started here either, CloudFormation
 * is answered that it failed. A request that was started after all is started only once.
 */
export async function undelivered(event: UndeliveredEvent, parts: OnEventParts): Promise<void> {
  const { requestContext, requestPayload, responsePayload } = event;
  log('undelivered', {
    condition: requestContext.condition,
    attempts: requestContext.approximateInvokeCount,
    error: responsePayload?.errorMessage,
  });
  await onEvent(requestPayload, parts);
}
