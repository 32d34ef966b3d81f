import type { LiveStack } from '../stack/live-stack';
import type { ResourceRecord } from '../stack/stack-record';
import { attempt } from './attempt';
import type { Operation } from './operation';
import { currentResource, requestFor, type TargetResource } from './resource-request';

const unborn: Pick<ResourceRecord, 'physicalId' | 'attributes' | 'noEcho' | 'status' | 'reason'> = {
  physicalId: '',
  attributes: {},
  noEcho: false,
  status: 'CREATE_IN_PROGRESS',
  reason: '',
};

export async function createResource(operation: Operation, target: TargetResource, signal: AbortSignal): Promise<void> {
  const { stack, injections, engine } = operation;
  const { logicalId } = target;
  stack.setResource({ ...target, ...unborn }, 'CREATE_IN_PROGRESS');
  const issued = (physicalId: string): void => noteIssued(operation, logicalId, physicalId);
  const created = await attempt({
    stack,
    logicalId,
    verb: 'CREATE',
    signal,
    adopt: (physicalId) => adopt(stack, logicalId, physicalId),
    work: async () => {
      injections.throwIfExpected(logicalId, 'create');
      const result = await engine.typeOf(operation, target.type).create(requestFor(stack, target, signal, issued));
      issued(result.physicalId);
      return result;
    },
  });
  stack.setResource(created, 'CREATE_COMPLETE', created.reason);
}

function adopt(stack: LiveStack, logicalId: string, physicalId: string): void {
  const now = currentResource(stack, logicalId);
  if (now.physicalId !== physicalId) stack.putResource({ ...now, physicalId });
}

/** The second CREATE_IN_PROGRESS event, once the physical id is known (aws-facts CFN-18). */
function noteIssued({ stack, engine }: Operation, logicalId: string, physicalId: string): void {
  const now = currentResource(stack, logicalId);
  if (now.physicalId === physicalId) return;
  const isShown = now.status === 'CREATE_IN_PROGRESS' && engine.options.assumptions['initiated-event'] === 'yes';
  if (isShown) stack.setResource({ ...now, physicalId }, 'CREATE_IN_PROGRESS', 'Resource creation Initiated');
  else adopt(stack, logicalId, physicalId);
}
