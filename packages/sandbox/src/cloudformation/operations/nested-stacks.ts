import {
  type CreateRequest,
  type DeleteRequest,
  type Json,
  type Properties,
  ResourceFailure,
  type ResourceResult,
  type ResourceType,
  type UpdateRequest,
} from '../resource-type';
import { refuseDeleteOfUsedExports } from '../stack/exports';
import type { LiveStack } from '../stack/live-stack';
import type { ResourceRecord, StackRecord } from '../stack/stack-record';
import type { PreparedStack } from '../template/prepare';
import { isObject } from '../template/template';
import { cleanUp } from './clean-up';
import { deleteStack } from './delete-stack';
import { hasChanges } from './has-changes';
import { Injections } from './injections';
import { cancelInterrupted } from './interrupted';
import { newStackRecord } from './new-stack';
import type { Engine, NestedStacks, Operation, StackIdentity } from './operation';
import { refuseTypeChange } from './refusals';
import { randomSuffix } from './resource-request';
import { restoreStack } from './roll-back-update';
import { applyAndPublish, begin, completeCreate, enterCleanup, failPreserved, type Intent } from './run-operation';

/** AWS::CloudFormation::Stack: stacks whose phases are driven by their parent's (aws-facts CFN-17). */
export function nestedStacks(engine: Engine): NestedStacks {
  return {
    type: (parent): ResourceType => ({
      create: (request) => unwrapped(createChild(parent, request)),
      update: (request) => unwrapped(updateChild(parent, request)),
      delete: (request) => unwrapped(deleteChild(parent, request)),
    }),
    hasChanges: async (resource, properties) => {
      const record = childRecord(engine, resource.physicalId);
      return hasChanges(engine, await prepareChild(engine, record, properties), record);
    },
    rollBack: (parent, resource) => rollBackChild(parent, resource),
    finish: (parent, resource) => finishChild(parent, resource),
  };
}

/** What is wrong with a nested template is reported in CloudFormation's own words. */
async function unwrapped<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof ResourceFailure ? error : new ResourceFailure((error as Error).message);
  }
}

/** When it fails it stays as it is: its parent's rollback deletes it. */
async function createChild(parent: Operation, request: CreateRequest): Promise<ResourceResult> {
  const { engine } = parent;
  const { logicalId, properties } = request;
  const name = `${parent.stack.record.name.slice(0, 64)}-${logicalId.slice(0, 50)}-${randomSuffix()}`;
  const parentReference = { stackId: parent.stack.record.id, logicalId };
  const child = childOperation(parent, request, newStackRecord(name, engine.options.environment, parentReference));
  const prepared = await prepareChild(engine, child.stack.record, properties);
  child.injections.check(prepared.resources.map((resource) => resource.logicalId));
  request.issued(child.stack.record.id);
  begin(child, prepared, childIntent(parent), 'CREATE_IN_PROGRESS');
  const failure = await applyAndPublish(child, prepared);
  if (failure !== undefined) {
    failPreserved(child, 'CREATE_FAILED', failure);
    throw new ResourceFailure(`Embedded stack ${child.stack.record.id} was not successfully created: ${failure}`);
  }
  completeCreate(child);
  return result(child.stack);
}

/** Stops before cleanup, which no nested stack begins until all stacks are done. */
async function updateChild(parent: Operation, request: UpdateRequest): Promise<ResourceResult> {
  const { engine } = parent;
  const child = childOperation(parent, request, childRecord(engine, request.physicalId));
  const prepared = await prepareChild(engine, child.stack.record, request.properties);
  refuseTypeChange(prepared, child.stack.record);
  child.injections.check(prepared.resources.map((resource) => resource.logicalId));
  const isForced = child.injections.unused.length > 0 || child.stack.record.attempt !== undefined;
  if (!isForced && !(await hasChanges(engine, prepared, child.stack.record))) return result(child.stack);
  begin(child, prepared, childIntent(parent), 'UPDATE_IN_PROGRESS');
  const failure = await applyAndPublish(child, prepared);
  if (failure === undefined) {
    enterCleanup(child, prepared);
    return result(child.stack);
  }
  const status = parent.stack.attempt.disableRollback ? 'UPDATE_FAILED' : 'UPDATE_ROLLBACK_IN_PROGRESS';
  child.stack.setStatus(status, failure, { attempt: { ...child.stack.attempt, failure } });
  const text = `was not successfully updated. Currently in ${status} with reason: ${failure}`;
  throw new ResourceFailure(`Embedded stack ${child.stack.record.id} ${text}`);
}

async function deleteChild(parent: Operation, { physicalId }: DeleteRequest): Promise<void> {
  const record = parent.engine.store.find(physicalId);
  if (!record || record.status === 'DELETE_COMPLETE') return;
  refuseDeleteOfUsedExports(parent.engine.store, record);
  const child = quietOperation(parent, record);
  cancelInterrupted(child.stack);
  await deleteStack(child);
  const { status, reason } = child.stack.record;
  if (status === 'DELETE_COMPLETE') return;
  throw new ResourceFailure(`Embedded stack ${physicalId} was not successfully deleted: ${reason}`);
}

/** Nothing to do for a child that the update did not change, or that an earlier attempt has restored. */
async function rollBackChild(parent: Operation, { physicalId }: ResourceRecord): Promise<ResourceResult> {
  const child = quietOperation(parent, childRecord(parent.engine, physicalId));
  const { status, attempt } = child.stack.record;
  const isDone = status === 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS';
  if (!attempt?.previous || isDone) return result(child.stack);
  cancelInterrupted(child.stack);
  const isRestored = await restoreStack(child, attempt.previous, parent.stack.attempt.failure ?? '');
  if (isRestored) return result(child.stack);
  const { reason } = child.stack.record;
  const text = `was not successfully updated. Currently in UPDATE_ROLLBACK_FAILED with reason: ${reason}`;
  throw new ResourceFailure(`Embedded stack ${physicalId} ${text}`);
}

async function finishChild(parent: Operation, { physicalId }: ResourceRecord): Promise<void> {
  const child = quietOperation(parent, childRecord(parent.engine, physicalId));
  const { status } = child.stack.record;
  if (status === 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS') await cleanUp(child, 'UPDATE_COMPLETE');
  if (status === 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS') await cleanUp(child, 'UPDATE_ROLLBACK_COMPLETE');
}

function childRecord(engine: Engine, physicalId: string): StackRecord {
  const record = engine.store.find(physicalId);
  if (record) return record;
  throw new ResourceFailure(`Stack with id ${physicalId} does not exist`);
}

/** Stops when its parent's work on the resource is cancelled. */
function childOperation(parent: Operation, { logicalId, signal }: CreateRequest, record: StackRecord): Operation {
  const interrupt = new AbortController();
  signal.addEventListener('abort', () => interrupt.abort('Resource operation cancelled'), { once: true });
  const injections = parent.injections.nested(logicalId);
  return { engine: parent.engine, stack: parent.engine.open(record), injections, interrupt };
}

function quietOperation({ engine }: Operation, record: StackRecord): Operation {
  return { engine, stack: engine.open(record), injections: Injections.of(), interrupt: new AbortController() };
}

function childIntent({ stack }: Operation): Intent {
  const { disableRollback } = stack.attempt;
  return { disableRollback, rollback: { alarms: [], monitoringSeconds: 0 }, token: stack.record.token };
}

async function prepareChild(engine: Engine, stack: StackIdentity, properties: Properties): Promise<PreparedStack> {
  const { TemplateURL, Parameters } = properties;
  if (typeof TemplateURL !== 'string') {
    throw new ResourceFailure(`TemplateURL must be a URL, not ${JSON.stringify(TemplateURL)}.`);
  }
  const source = parseJson(await engine.options.readTemplate(TemplateURL), TemplateURL);
  // A parent says all parameters each time, so none keeps its previous value.
  return engine.prepare(source, { ...stack, parameters: {} }, asTexts(Parameters));
}

function parseJson(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ResourceFailure(`Template format error: ${url} is not JSON: ${(error as Error).message}`);
  }
}

function asTexts(parameters: Json | undefined): Readonly<Record<string, string>> {
  if (!isObject(parameters)) return {};
  const texts = Object.entries(parameters).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(',') : String(value),
  ]);
  return Object.fromEntries(texts);
}

/** The outputs of a nested stack are the attributes of its resource. */
function result(stack: LiveStack): ResourceResult {
  const attributes = stack.record.outputs.map(({ key, value }) => [`Outputs.${key}`, value]);
  return { physicalId: stack.record.id, attributes: Object.fromEntries(attributes) };
}
