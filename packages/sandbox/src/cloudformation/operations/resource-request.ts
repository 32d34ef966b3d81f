import { randomBytes, randomUUID } from 'node:crypto';
import { type CreateRequest, type Properties, ResourceFailure } from '../resource-type';
import type { LiveStack } from '../stack/live-stack';
import type { ResourceRecord } from '../stack/stack-record';
import type { PreparedResource } from '../template/prepared-resource';

/** A resource as the new template wants it, with everything resolved. */
export interface TargetResource extends Omit<PreparedResource, 'properties'> {
  readonly properties: Properties;
  /** Before dynamic references were resolved, when there are any. */
  readonly declared: Properties | undefined;
}

/** What every request to a resource type carries. */
export function requestFor(
  stack: LiveStack,
  resource: Pick<ResourceRecord, 'logicalId' | 'type' | 'properties'>,
  signal: AbortSignal,
  issued: (physicalId: string) => void = () => undefined,
): CreateRequest & { readonly requestId: string } {
  const { logicalId, type, properties } = resource;
  const { id, name } = stack.record;
  return { stack: { id, name }, logicalId, type, properties, signal, issued, requestId: randomUUID() };
}

export function currentResource(stack: LiveStack, logicalId: string): ResourceRecord {
  const resource = stack.resource(logicalId);
  if (resource) return resource;
  throw new Error(`Stack ${stack.record.name} has no resource ${logicalId}.`);
}

/** A resource handler's errors are wrapped, as in AWS; what CloudFormation says itself is not. */
export function reasonOf(error: unknown): string {
  if (error instanceof ResourceFailure) return error.message;
  return `Resource handler returned message: "${(error as Error).message}"`;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

export function randomSuffix(): string {
  return [...randomBytes(12)].map((byte) => alphabet[byte % alphabet.length]).join('');
}
