import type { ResourceResult } from '../resource-type';
import type { ResourceRecord } from '../stack/stack-record';
import { isCustomResource, NESTED_STACK_TYPE } from '../template/template';
import { attempt, withResult } from './attempt';
import type { Operation } from './operation';
import { currentResource, requestFor } from './resource-request';

/** Restores one resource to its last stable state, with events. */
export async function restoreResource(
  operation: Operation,
  stable: ResourceRecord,
  signal: AbortSignal,
): Promise<void> {
  const { stack } = operation;
  const { logicalId } = stable;
  stack.setResource(currentResource(stack, logicalId), 'UPDATE_IN_PROGRESS');
  const result = await attempt({
    stack,
    logicalId,
    verb: 'UPDATE',
    signal,
    adopt: replacing(operation, logicalId),
    work: () => sendBack(operation, stable, signal),
  });
  const restored = withResult(stable, result);
  stack.setResource(restored, 'UPDATE_COMPLETE', restored.reason);
  stack.untouch(logicalId);
}

/** The same without events, for a failed resource while rollback is disabled (aws-facts CFN-10). */
export async function restoreQuietly(operation: Operation, stable: ResourceRecord, signal: AbortSignal): Promise<void> {
  const { stack } = operation;
  const { logicalId } = stable;
  const result = await sendBack(operation, stable, signal);
  replacing(operation, logicalId)(result.physicalId);
  stack.putResource({ ...withResult(stable, result), status: 'UPDATE_FAILED' });
  stack.untouch(logicalId);
}

/**
 * A replaced resource is adopted again, without a request: its old physical resource is still there. A custom resource
 * gets an Update with the property sets swapped, whatever its physical id is (aws-facts CR-13).
 */
async function sendBack(operation: Operation, stable: ResourceRecord, signal: AbortSignal): Promise<ResourceResult> {
  const { stack, engine } = operation;
  const { logicalId } = stable;
  const now = currentResource(stack, logicalId);
  if (now.type === NESTED_STACK_TYPE) return engine.nested.rollBack(operation, now, signal);
  if (now.physicalId !== stable.physicalId && !isCustomResource(now.type)) return stable;
  const physicalId = engine.options.assumptions['rollback-physical-id'] === 'new' ? now.physicalId : stable.physicalId;
  return engine.typeOf(operation, now.type).update({
    ...requestFor(stack, stable, signal, replacing(operation, logicalId)),
    physicalId,
    oldProperties: now.properties,
    attributes: now.attributes,
    isRollback: true,
  });
}

/** Another id than the current one means that the current one has to go in rollback cleanup. */
function replacing({ stack }: Operation, logicalId: string): (physicalId: string) => void {
  return (physicalId) => {
    const now = currentResource(stack, logicalId);
    if (physicalId === now.physicalId) return;
    stack.retire({ resource: now, policy: 'Delete' });
    stack.putResource({ ...now, physicalId });
  };
}
