import type { Obsolete, ResourceRecord, StackStatus } from '../stack/stack-record';
import { NESTED_STACK_TYPE } from '../template/template';
import { deleteResources } from './delete-resources';
import type { Operation } from './operation';

const INCOMPLETE = 'One or more resources could not be deleted.';

/**
 * The deletes at the end of an update, when its success is certain, or at the end of its rollback. A failed one does
 * not fail the operation: the resource is dropped (aws-facts CFN-5).
 */
export async function cleanUp(
  operation: Operation,
  outcome: 'UPDATE_COMPLETE' | 'UPDATE_ROLLBACK_COMPLETE',
): Promise<void> {
  const { stack, engine } = operation;
  const nested = Object.values(stack.record.resources).filter(({ type }) => type === NESTED_STACK_TYPE);
  await Promise.all(nested.map((resource) => engine.nested.finish(operation, resource)));
  const failed = await deleteResources(operation, unused(operation), {
    attempts: Number(engine.options.assumptions['cleanup-delete-attempts']),
    onFailure: 'go-on',
    deleted: (resource) => forget(operation, resource),
  });
  stack.setStatus(outcome, failed.length === 0 ? '' : incompleteReason(outcome), { attempt: undefined });
}

function incompleteReason(outcome: StackStatus): string {
  return outcome === 'UPDATE_COMPLETE' ? `Update successful. ${INCOMPLETE}` : INCOMPLETE;
}

/**
 * What the stack made and does not use any more; a rollback may have put some of it back into use (aws-facts CR-13).
 */
function unused({ stack, engine }: Operation): readonly Obsolete[] {
  const { previous, obsolete } = stack.attempt;
  const keepsOldId = engine.options.assumptions['orphaned-old-id'] === 'keep';
  const isRollback = stack.record.status === 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS';
  return obsolete.filter(({ resource: { logicalId, physicalId } }) => {
    if (stack.resource(logicalId)?.physicalId === physicalId) return false;
    const isFromBefore = previous?.resources[logicalId]?.physicalId === physicalId;
    return !(isRollback && isFromBefore && keepsOldId);
  });
}

/** So that a restart in the middle of a cleanup does not delete twice. */
function forget({ stack }: Operation, done: ResourceRecord): void {
  const isOther = ({ resource }: Obsolete): boolean => {
    return resource.logicalId !== done.logicalId || resource.physicalId !== done.physicalId;
  };
  stack.changeAttempt({ obsolete: stack.attempt.obsolete.filter(isOther) });
}
