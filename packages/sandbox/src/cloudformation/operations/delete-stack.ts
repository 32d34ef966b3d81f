import { disposal, disposalOfCreated, type Obsolete, type StackStatus } from '../stack/stack-record';
import { deleteResources, failedToDelete } from './delete-resources';
import type { Operation } from './operation';

/** What becomes of a failed create: rolled back, or with OnFailure=DELETE deleted at once (aws-facts CFN-24). */
export async function undoCreate(operation: Operation, reason: string): Promise<void> {
  const { stack } = operation;
  if (!stack.attempt.deletesOnFailure) return rollBackCreate(operation, reason);
  const attempt = { ...stack.attempt, failure: reason };
  stack.setStatus('DELETE_IN_PROGRESS', `${reason} Delete requested by user.`, { attempt });
  await deleteStack(operation);
}

/** Undoes a failed create: only deletes, those that refer to others first (aws-facts CFN-2 and CFN-4). */
export async function rollBackCreate(operation: Operation, reason: string): Promise<void> {
  const { stack } = operation;
  const attempt = { ...stack.attempt, failure: reason };
  if (stack.record.status !== 'ROLLBACK_IN_PROGRESS') stack.setStatus('ROLLBACK_IN_PROGRESS', reason, { attempt });
  const resources = Object.values(stack.record.resources).map(disposalOfCreated);
  await deleteFromStack(operation, resources, 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED');
}

/** Deletes everything, also what an unsettled update left behind. `retain` names resources to leave alone. */
export async function deleteStack(operation: Operation, retain: readonly string[] = []): Promise<void> {
  const { stack } = operation;
  if (stack.record.status !== 'DELETE_IN_PROGRESS') stack.setStatus('DELETE_IN_PROGRESS', 'User Initiated');
  // Nothing that RetainExceptOnCreate protects was ever in use, if it is the create that failed.
  const dispose = stack.attempt.deletesOnFailure ? disposalOfCreated : disposal;
  const listed = Object.values(stack.record.resources).map((resource): Obsolete => {
    return retain.includes(resource.logicalId) ? { resource, policy: 'Retain' } : dispose(resource);
  });
  const isListed = ({ resource }: Obsolete): boolean => {
    return stack.resource(resource.logicalId)?.physicalId === resource.physicalId;
  };
  const leftBehind = stack.attempt.obsolete.filter((obsolete) => !isListed(obsolete));
  await deleteFromStack(operation, [...leftBehind, ...listed], 'DELETE_COMPLETE', 'DELETE_FAILED');
}

/** A failed delete blocks the operation; independent resources are still deleted (aws-facts CFN-6). */
async function deleteFromStack(
  operation: Operation,
  resources: readonly Obsolete[],
  success: StackStatus,
  failure: StackStatus,
): Promise<void> {
  const { stack } = operation;
  const failed = await deleteResources(operation, resources, {
    attempts: 1,
    onFailure: 'keep-dependencies',
    deleted: ({ logicalId, physicalId }) => {
      if (stack.resource(logicalId)?.physicalId === physicalId) stack.dropResource(logicalId);
    },
    failed: (resource, reason) => {
      const isListed = stack.resource(resource.logicalId)?.physicalId === resource.physicalId;
      if (isListed) stack.putResource({ ...resource, status: 'DELETE_FAILED', reason });
    },
  });
  if (failed.length > 0) {
    stack.setStatus(failure, failedToDelete(failed));
    return;
  }
  const deletedAt = success === 'DELETE_COMPLETE' ? new Date().toISOString() : undefined;
  stack.setStatus(success, '', { attempt: undefined, outputs: [], imports: [], deletedAt });
}
