import type { LiveStack } from '../stack/live-stack';
import type { StackRecord, StackStatus } from '../stack/stack-record';
import type { StackStore } from '../stack/stack-store';
import type { PreparedStack } from '../template/prepare';
import { invalid, NESTED_STACK_TYPE } from '../template/template';
import type { Engine } from './operation';

const updatable: readonly StackStatus[] = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'];
const preserved: readonly StackStatus[] = ['CREATE_FAILED', 'UPDATE_FAILED'];

/** Which states allow an update (aws-facts CFN-9); the messages are CloudFormation's. */
export function refuseUpdate({ id, status }: StackRecord, disableRollback: boolean): void {
  if (updatable.includes(status)) return;
  if (!preserved.includes(status)) throw invalid(`Stack:${id} is in ${status} state and can not be updated.`);
  if (disableRollback) return;
  throw invalid(
    `This stack is currently in a non-terminal [${status}] state. To update the stack from this state, please use the ` +
      'disable-rollback parameter with update-stack API. To rollback to the last known good state, use the rollback-stack API',
  );
}

export function refuseTypeChange(prepared: PreparedStack, { resources }: StackRecord): void {
  const changed = prepared.resources.filter(({ logicalId, type }) => (resources[logicalId]?.type ?? type) !== type);
  if (changed.length === 0) return;
  const ids = changed.map(({ logicalId }) => logicalId).join(', ');
  throw invalid(
    `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${ids}]`,
  );
}

export function refuseDelete(record: StackRecord, retain: readonly string[]): void {
  const { id, status, resources } = record;
  if (status.endsWith('_IN_PROGRESS')) throw invalid(`Stack [${id}] cannot be deleted while in status ${status}`);
  if (retain.length > 0 && status !== 'DELETE_FAILED') {
    throw invalid(
      `Invalid operation on stack [${id}]. You can specify RetainResources only in DELETE_FAILED, not in ${status}.`,
    );
  }
  const unknown = retain.filter((logicalId) => !resources[logicalId]);
  if (unknown.length === 0) return;
  throw invalid(
    `RetainResources names [${unknown.join(', ')}]. Resources of the stack: ${Object.keys(resources).join(', ')}.`,
  );
}

export function refuseRollback({ id, status }: StackRecord): void {
  if (preserved.includes(status)) return;
  throw invalid(`Stack:${id} is in ${status} state and can not be rolled back. Allowed: ${preserved.join(', ')}.`);
}

export function refuseContinue({ id, status, parent }: StackRecord): void {
  if (parent) throw invalid(`Stack:${id} is nested: ContinueUpdateRollback works on its root stack only.`);
  if (status === 'UPDATE_ROLLBACK_FAILED') return;
  throw invalid(`Stack:${id} is in ${status} state and can not continue rollback. Allowed: UPDATE_ROLLBACK_FAILED.`);
}

/**
 * Notes which resources a ContinueUpdateRollback leaves alone: `LogicalId`, or `NestedStackName.LogicalId`. Only those
 * whose own rollback failed may be skipped (aws-facts CFN-13).
 */
export function noteSkipped(engine: Engine, stack: LiveStack, names: readonly string[]): void {
  const requested = names.map((name) => locate(engine, stack, name));
  const refused = requested.filter(({ stack: owner, logicalId }) => !maySkip(engine.store, owner.record, logicalId));
  if (refused.length > 0) {
    const ids = refused.map(({ logicalId }) => logicalId).join(', ');
    const allowed = stack.attempt.rollbackFailed.join(', ') || 'none';
    throw invalid(
      `Resources to skip [${ids}] must be in UPDATE_FAILED because their rollback failed. Allowed: ${allowed}.`,
    );
  }
  for (const { stack: owner, logicalId } of requested) {
    owner.changeAttempt({ skipped: [...owner.attempt.skipped, logicalId] });
  }
}

function locate(
  engine: Engine,
  stack: LiveStack,
  name: string,
): { readonly stack: LiveStack; readonly logicalId: string } {
  const [nested, logicalId] = name.split('.');
  if (nested === undefined || logicalId === undefined) return { stack, logicalId: name };
  const children = Object.values(stack.record.resources).filter(({ type }) => type === NESTED_STACK_TYPE);
  const records = children.map((resource) => ({ resource, record: engine.store.find(resource.physicalId) }));
  const child = records.find(({ resource, record }) => resource.logicalId === nested || record?.name === nested);
  if (child?.record) return { stack: engine.open(child.record), logicalId };
  const names = records.map(({ record }) => record?.name).join(', ') || 'none';
  throw invalid(`There is no nested stack '${nested}' to skip '${logicalId}' in. Nested stacks: ${names}.`);
}

function maySkip(store: StackStore, record: StackRecord, logicalId: string): boolean {
  if (!record.attempt?.rollbackFailed.includes(logicalId)) return false;
  const resource = record.resources[logicalId];
  if (resource?.type !== NESTED_STACK_TYPE) return true;
  return store.find(resource.physicalId)?.status.startsWith('DELETE_') ?? true;
}
