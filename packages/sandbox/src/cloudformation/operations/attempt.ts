import { ResourceFailure, ResourceRefusal, type ResourceResult } from '../resource-type';
import type { LiveStack } from '../stack/live-stack';
import type { ResourceRecord } from '../stack/stack-record';
import { isCustomResource } from '../template/template';
import { currentResource, randomSuffix, reasonOf } from './resource-request';

/** One request to a resource. */
export interface Attempted {
  readonly stack: LiveStack;
  readonly logicalId: string;
  readonly verb: 'CREATE' | 'UPDATE';
  readonly signal: AbortSignal;
  /** Makes a physical id that the request reported the current one. */
  adopt(physicalId: string): void;
  work(): Promise<ResourceResult>;
  /** Runs before the failure is announced. */
  beforeFailure?(): Promise<void>;
}

/**
 * Runs the request and returns the resource with what it reported. When a sibling's failure cancels it, its event comes
 * at once, and what it still reports is kept, so that the rollback knows what to delete. Throws when it failed or was
 * cancelled.
 */
export async function attempt(request: Attempted): Promise<ResourceRecord> {
  const { stack, logicalId, signal } = request;
  const cancel = (): void => announceFailure(request, new ResourceFailure(cancelledReason(request.verb)));
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const result = await request.work();
    request.adopt(result.physicalId);
    const resource = withResult(currentResource(stack, logicalId), result);
    if (!signal.aborted) return resource;
    stack.putResource(resource);
    throw new ResourceFailure(cancelledReason(request.verb));
  } catch (error) {
    if (error instanceof ResourceFailure && error.physicalId !== undefined) request.adopt(error.physicalId);
    if (!signal.aborted) await request.beforeFailure?.();
    if (!signal.aborted) announceFailure(request, error);
    throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** The wording for updates is a guess (aws-facts CFN-21). */
export function cancelledReason(verb: 'CREATE' | 'UPDATE'): string {
  return verb === 'CREATE' ? 'Resource creation cancelled' : 'Resource update cancelled';
}

/** CloudFormation makes up the physical id of a custom resource whose create gave none (aws-facts CR-14). */
export function withPhysicalId(stack: LiveStack, resource: ResourceRecord): ResourceRecord {
  if (resource.physicalId !== '' || !isCustomResource(resource.type)) return resource;
  return { ...resource, physicalId: `${stack.record.name}-${resource.logicalId}-${randomSuffix()}` };
}

function announceFailure({ stack, logicalId, verb }: Attempted, error: unknown): void {
  const resource = currentResource(stack, logicalId);
  const failed = error instanceof ResourceRefusal ? resource : withPhysicalId(stack, resource);
  stack.setResource(failed, `${verb}_FAILED`, reasonOf(error));
}

/** What a request reported, over what was known. */
export function withResult(resource: ResourceRecord, result: ResourceResult): ResourceRecord {
  const { physicalId, ref, attributes = {}, noEcho = false, reason = '' } = result;
  return { ...resource, physicalId, ref, attributes, noEcho, reason };
}
