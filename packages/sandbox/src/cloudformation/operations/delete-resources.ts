import { randomUUID } from 'node:crypto';
import { runTasks, type Task } from '../scheduler';
import type { DisposalPolicy, Obsolete, ResourceRecord } from '../stack/stack-record';
import type { Operation } from './operation';
import { reasonOf, requestFor } from './resource-request';

export interface DeleteOptions {
  /** How often a delete that fails is tried. */
  readonly attempts: number;
  /** What a failure means for the resources that the failed one depends on: they wait, or they go anyway. */
  readonly onFailure: 'keep-dependencies' | 'go-on';
  /** Told the outcome; the event is already out. */
  readonly deleted?: (resource: ResourceRecord) => void;
  readonly failed?: (resource: ResourceRecord, reason: string) => void;
}

/**
 * Deletes physical resources, those that refer to others first (aws-facts CFN-2). Used by every phase that deletes:
 * create rollback, both cleanups and DeleteStack.
 */
export async function deleteResources(
  operation: Operation,
  resources: readonly Obsolete[],
  options: DeleteOptions,
): Promise<readonly ResourceRecord[]> {
  const failed: ResourceRecord[] = [];
  const remove = async ({ resource, policy }: Obsolete): Promise<void> => {
    try {
      await deleteResource(operation, resource, policy, options);
    } catch (error) {
      failed.push(resource);
      options.failed?.(resource, reasonOf(error));
      if (options.onFailure === 'keep-dependencies') throw error;
    }
  };
  await runTasks(deleteTasks(resources, remove), { onFailure: 'skip-dependents' });
  return failed;
}

function deleteTasks(resources: readonly Obsolete[], run: (obsolete: Obsolete) => Promise<void>): readonly Task[] {
  const idOf = ({ resource }: Obsolete): string => `${resource.logicalId} ${resource.physicalId}`;
  return resources.map((obsolete) => ({
    id: idOf(obsolete),
    after: resources.filter(({ resource }) => resource.dependsOn.includes(obsolete.resource.logicalId)).map(idOf),
    run: () => run(obsolete),
  }));
}

async function deleteResource(
  operation: Operation,
  resource: ResourceRecord,
  policy: DisposalPolicy,
  options: DeleteOptions,
): Promise<void> {
  const { stack } = operation;
  if (policy === 'Retain') {
    stack.announce(resource, 'DELETE_SKIPPED');
  } else {
    stack.announce(resource, 'DELETE_IN_PROGRESS');
    await sendDelete(operation, resource, policy, options);
    stack.announce(resource, 'DELETE_COMPLETE');
  }
  options.deleted?.(resource);
}

async function sendDelete(
  operation: Operation,
  resource: ResourceRecord,
  policy: DisposalPolicy,
  { attempts }: DeleteOptions,
): Promise<void> {
  const { stack, engine } = operation;
  if (resource.physicalId === '') return;
  const firstRequestId = randomUUID();
  const type = engine.typeOf(operation, resource.type);
  const sameId = engine.options.assumptions['cleanup-delete-request-id'] === 'same';
  for (let count = 1; ; count++) {
    try {
      await type.delete({
        ...requestFor(stack, resource, new AbortController().signal),
        requestId: sameId || count === 1 ? firstRequestId : randomUUID(),
        physicalId: resource.physicalId,
        attributes: resource.attributes,
        ...(policy === 'Snapshot' ? { snapshot: true } : {}),
      });
      return;
    } catch (error) {
      if (count < attempts) continue;
      stack.announce(resource, 'DELETE_FAILED', reasonOf(error));
      throw error;
    }
  }
}

export function failedToDelete(failed: readonly Pick<ResourceRecord, 'logicalId'>[]): string {
  return `The following resource(s) failed to delete: [${failed.map(({ logicalId }) => logicalId).join(', ')}]. `.trim();
}
