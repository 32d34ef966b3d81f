import type { LiveStack } from '../stack/live-stack';
import { cancelledReason, withPhysicalId } from './attempt';

/** Settles the resources that were in flight when the process died: their answers can no longer arrive. */
export function cancelInterrupted(stack: LiveStack): void {
  for (const resource of Object.values(stack.record.resources)) {
    if (resource.status === 'CREATE_IN_PROGRESS') {
      stack.setResource(withPhysicalId(stack, resource), 'CREATE_FAILED', cancelledReason('CREATE'));
    }
    if (resource.status === 'UPDATE_IN_PROGRESS') {
      stack.setResource(resource, 'UPDATE_FAILED', cancelledReason('UPDATE'));
    }
  }
}
