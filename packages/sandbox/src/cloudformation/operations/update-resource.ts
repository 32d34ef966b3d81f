import { ResourceFailure } from '../resource-type';
import type { ResourceRecord } from '../stack/stack-record';
import { NESTED_STACK_TYPE } from '../template/template';
import { attempt } from './attempt';
import type { Operation } from './operation';
import { currentResource, requestFor, type TargetResource } from './resource-request';
import { restoreQuietly } from './restore-resource';

export async function updateResource(operation: Operation, target: TargetResource, signal: AbortSignal): Promise<void> {
  const { stack, injections, engine } = operation;
  const { logicalId } = target;
  const before = currentResource(stack, logicalId);
  const adopt = replacing(operation, before, target);
  stack.beginUpdate({ ...before, ...target });
  const updated = await attempt({
    stack,
    logicalId,
    verb: 'UPDATE',
    signal,
    adopt,
    work: async () => {
      injections.throwIfExpected(logicalId, 'update');
      const result = await engine.typeOf(operation, target.type).update({
        ...requestFor(stack, target, signal, adopt),
        physicalId: before.physicalId,
        oldProperties: before.properties,
        attributes: before.attributes,
      });
      refuseReplacement(operation, before, result.physicalId);
      return result;
    },
    beforeFailure: () => preserve(operation, before, signal),
  });
  stack.setResource(updated, 'UPDATE_COMPLETE', updated.reason);
}

/**
 * The first other id that an update reports makes the resource before it obsolete (aws-facts CR-10); a second one the
 * first. Which properties the Delete then carries is open (aws-facts CR-11).
 */
function replacing(
  { stack, engine }: Operation,
  before: ResourceRecord,
  { properties, updateReplacePolicy }: TargetResource,
): (physicalId: string) => void {
  const carriesOld = engine.options.assumptions['cleanup-delete-properties'] === 'old';
  const replaced = carriesOld ? before : { ...before, properties };
  return (physicalId) => {
    const now = currentResource(stack, before.logicalId);
    if (physicalId === now.physicalId) return;
    const isFirst = now.physicalId === before.physicalId;
    stack.retire(isFirst ? { resource: replaced, policy: updateReplacePolicy } : { resource: now, policy: 'Delete' });
    stack.putResource({ ...now, physicalId });
  };
}

/** Replacing updates are not supported while rollback is disabled (aws-facts CFN-11). */
function refuseReplacement({ stack, engine }: Operation, before: ResourceRecord, physicalId: string): void {
  if (!stack.attempt.disableRollback || physicalId === before.physicalId) return;
  if (engine.options.assumptions['no-rollback-replacement'] === 'allowed') return;
  throw new ResourceFailure('Replacement type updates not supported on stack with disable-rollback.', physicalId);
}

/**
 * Without rollback a failed resource is restored to its last stable state (aws-facts CFN-10); nested stacks do so
 * inside.
 */
async function preserve(operation: Operation, before: ResourceRecord, signal: AbortSignal): Promise<void> {
  if (!operation.stack.attempt.disableRollback || before.type === NESTED_STACK_TYPE) return;
  if (operation.engine.options.assumptions['no-rollback-failed-update-request'] === 'no') return;
  try {
    await restoreQuietly(operation, before, signal);
  } catch {
    // It stays touched: the next rollback or update of the stack sends it another request.
  }
}
