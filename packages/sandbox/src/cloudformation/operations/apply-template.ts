import { isDeepStrictEqual } from 'node:util';
import { type Json, type Properties, ResourceFailure } from '../resource-type';
import { runTasks, type TaskFailure } from '../scheduler';
import { declaredBy, type ResourceRecord } from '../stack/stack-record';
import { resolveDynamicReferences } from '../template/dynamic-references';
import type { Scope } from '../template/intrinsic-call';
import { evaluate } from '../template/intrinsics';
import type { PreparedStack } from '../template/prepare';
import type { PreparedResource } from '../template/prepared-resource';
import { NESTED_STACK_TYPE } from '../template/template';
import { createResource } from './create-resource';
import { deleteResources, failedToDelete } from './delete-resources';
import type { Operation } from './operation';
import type { TargetResource } from './resource-request';
import { updateResource } from './update-resource';

/**
 * Creates and updates what the new template wants, dependencies first. Deletes nothing. Returns why it failed, or
 * undefined when everything is done.
 */
export async function applyTemplate(operation: Operation, prepared: PreparedStack): Promise<string | undefined> {
  const { stack, interrupt } = operation;
  const tasks = prepared.resources.map((resource) => ({
    id: resource.logicalId,
    after: resource.dependsOn,
    run: (signal: AbortSignal) => applyResource(operation, prepared, resource, signal),
  }));
  const onFailure = stack.attempt.disableRollback ? 'skip-dependents' : 'stop';
  const failures = await runTasks(tasks, { onFailure, signal: interrupt.signal });
  if (interrupt.signal.aborted) return String(interrupt.signal.reason);
  return failures.length === 0 ? undefined : failedResources(operation, failures);
}

async function applyResource(
  operation: Operation,
  prepared: PreparedStack,
  resource: PreparedResource,
  signal: AbortSignal,
): Promise<void> {
  const { stack, injections } = operation;
  const before = await settleFailedCreate(operation, stack.resource(resource.logicalId));
  const target = await resolveTarget(operation, prepared, resource);
  if (signal.aborted) return;
  if (!before) return createResource(operation, target, signal);
  const isForced = injections.expects(resource.logicalId, 'update');
  if (isForced || needsUpdate(operation, before, target)) return updateResource(operation, target, signal);
  const { dependsOn, deletionPolicy, updateReplacePolicy } = target;
  stack.putResource({ ...before, dependsOn, deletionPolicy, updateReplacePolicy, status: settledStatus(before) });
}

/** A resource whose create failed while rollback was disabled is deleted and created again (aws-facts CFN-10). */
async function settleFailedCreate(
  operation: Operation,
  resource: ResourceRecord | undefined,
): Promise<ResourceRecord | undefined> {
  if (resource?.status !== 'CREATE_FAILED') return resource;
  const failed = await deleteResources(operation, [{ resource, policy: 'Delete' }], {
    attempts: 1,
    onFailure: 'go-on',
  });
  if (failed.length > 0) throw new ResourceFailure(failedToDelete(failed));
  operation.stack.dropResource(resource.logicalId);
  return undefined;
}

/** No change, no request (aws-facts CFN-8). What is inside a nested stack only its own update can tell. */
function needsUpdate({ stack }: Operation, before: ResourceRecord, target: TargetResource): boolean {
  if (before.type === NESTED_STACK_TYPE) return true;
  const isUnsettled = before.status === 'UPDATE_FAILED' && stack.attempt.touched.includes(before.logicalId);
  return isUnsettled || !isDeepStrictEqual(declaredBy(before), declaredBy(target));
}

function settledStatus({ status }: ResourceRecord): ResourceRecord['status'] {
  return status === 'UPDATE_FAILED' ? 'UPDATE_COMPLETE' : status;
}

async function resolveTarget(
  operation: Operation,
  prepared: PreparedStack,
  resource: PreparedResource,
): Promise<TargetResource> {
  const { engine, stack } = operation;
  try {
    const declared = declaredProperties(resource, prepared.scope(engine.valuesOf(stack.record)));
    const properties = await resolveDynamicReferences(declared, engine.options.resolveDynamicReference);
    return { ...resource, properties, declared: isDeepStrictEqual(declared, properties) ? undefined : declared };
  } catch (error) {
    failUnresolved(operation, resource, (error as Error).message);
    throw error;
  }
}

export function declaredProperties(resource: PreparedResource, scope: Scope): Properties {
  const path = `Resources.${resource.logicalId}.Properties`;
  return (evaluate(resource.properties as Json, scope, path) ?? {}) as Properties;
}

/** A resource that cannot even be asked for: only its failure shows. */
function failUnresolved({ stack }: Operation, resource: PreparedResource, reason: string): void {
  const before = stack.resource(resource.logicalId);
  if (before) {
    stack.setResource(before, 'UPDATE_FAILED', reason);
    return;
  }
  const target = { ...resource, properties: {}, physicalId: '', attributes: {}, noEcho: false };
  stack.setResource({ ...target, status: 'CREATE_FAILED', reason }, 'CREATE_FAILED', reason);
}

/** CloudFormation's text; cancelled resources are named too. */
function failedResources({ stack }: Operation, failures: readonly TaskFailure[]): string {
  const failed = failures.map(({ id }) => stack.resource(id)).filter((resource) => resource !== undefined);
  const sentence = (verb: 'create' | 'update'): readonly string[] => {
    const ids = failed
      .filter(({ status }) => status === `${verb.toUpperCase()}_FAILED`)
      .map(({ logicalId }) => logicalId);
    return ids.length === 0 ? [] : [`The following resource(s) failed to ${verb}: [${ids.join(', ')}].`];
  };
  return [...sentence('create'), ...sentence('update')].join(' ');
}
