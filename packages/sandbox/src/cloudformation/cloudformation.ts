import type { FailureInjection, OnFailure, StackEvent, StackResult } from '../api';
import {
  describeResources,
  describeStack,
  type ResourceDescription,
  type StackDescription,
  stackResult,
} from './descriptions';
import { StackEngine } from './engine';
import { deleteStack, rollBackCreate } from './operations/delete-stack';
import { hasChanges } from './operations/has-changes';
import { Injections } from './operations/injections';
import { newStackRecord } from './operations/new-stack';
import type { CloudFormationOptions, Operation } from './operations/operation';
import { isUnfinished, recoverStack } from './operations/recover';
import {
  noteSkipped,
  refuseContinue,
  refuseDelete,
  refuseRollback,
  refuseTypeChange,
  refuseUpdate,
} from './operations/refusals';
import { rollBackUpdate } from './operations/roll-back-update';
import { createStack, USER_INITIATED, updateStack } from './operations/run-operation';
import type { Properties } from './resource-type';
import { listExports, refuseDeleteOfUsedExports, type StackExport } from './stack/exports';
import type { StackRecord } from './stack/stack-record';
import type { PreparedStack } from './template/prepare';
import { invalid } from './template/template';

export interface DeployRequest {
  readonly stackName: string;
  /** Parsed JSON. */
  readonly template: unknown;
  /** Values by name; what is not given keeps its previous value, as with `cdk deploy`. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly fail?: readonly FailureInjection[];
  readonly disableRollback?: boolean;
  /** What becomes of a stack whose create fails; an update that fails is rolled back, or kept. */
  readonly onFailure?: OnFailure;
  /** Kept from the last deployment when not given. */
  readonly rollbackAlarms?: readonly string[];
  readonly monitoringSeconds?: number;
  readonly clientRequestToken?: string;
}

export interface DeleteRequest {
  /** Resources to leave alone; only for a stack in DELETE_FAILED. */
  readonly retainResources?: readonly string[];
}

/** What an operation did; `unchanged` when there was nothing to do. */
type Outcome = 'done' | 'unchanged';

/**
 * CloudFormation in this process: the whole life of stacks, with real status names, events and requests. What AWS
 * refuses with ValidationError is refused before anything starts; what fails later is in the result.
 */
export class CloudFormation {
  readonly #engine: StackEngine;
  /** Running operations, by name of the stack. */
  readonly #running = new Map<string, AbortController>();

  constructor(options: CloudFormationOptions) {
    this.#engine = new StackEngine(options);
  }

  /** Creates the stack, or updates it when it exists. */
  async deploy(request: DeployRequest): Promise<StackResult> {
    const existing = this.#engine.store.find(request.stackName);
    const disableRollback = disablesRollback(request, existing === undefined);
    if (existing) refuseUpdate(existing, disableRollback);
    const record = existing ?? newStackRecord(request.stackName, this.#engine.options.environment);
    return this.#operate(record, Injections.of(request.fail), async (operation) => {
      const prepared = await this.#engine.prepare(request.template, record, request.parameters ?? {});
      operation.injections.check(prepared.resources.map(({ logicalId }) => logicalId));
      if (existing) refuseTypeChange(prepared, existing);
      if (existing && !(await this.#wouldChange(operation, prepared))) return 'unchanged';
      await (existing ? updateStack : createStack)(operation, prepared, {
        disableRollback,
        deletesOnFailure: existing === undefined && request.onFailure === 'DELETE',
        rollback: {
          alarms: request.rollbackAlarms ?? record.rollback.alarms,
          monitoringSeconds: request.monitoringSeconds ?? record.rollback.monitoringSeconds,
        },
        token: request.clientRequestToken ?? '',
      });
      this.#warnOfUnused(operation.injections);
      return 'done';
    });
  }

  /** Deleting a stack that does not exist succeeds, as in AWS. */
  async deleteStack(nameOrId: string, { retainResources = [] }: DeleteRequest = {}): Promise<StackResult> {
    const record = this.#engine.store.find(nameOrId);
    if (!record || record.status === 'DELETE_COMPLETE') {
      const gone = newStackRecord(record?.name ?? nameOrId, this.#engine.options.environment);
      return stackResult({ ...gone, status: 'DELETE_COMPLETE' }, [], true);
    }
    refuseDelete(record, retainResources);
    refuseDeleteOfUsedExports(this.#engine.store, record);
    return this.#operate(record, Injections.of(), async (operation) => {
      await deleteStack(operation, retainResources);
      return 'done';
    });
  }

  /** Stops an update and rolls it back (aws-facts CFN-14); the result comes from the deployment that was cancelled. */
  async cancelUpdate(nameOrId: string): Promise<void> {
    const { name, id, status } = this.#existing(nameOrId);
    const running = this.#running.get(name);
    if (status !== 'UPDATE_IN_PROGRESS' || !running) {
      throw invalid(`CancelUpdateStack cannot be called from current stack status: Stack:${id} is in ${status}.`);
    }
    running.abort(USER_INITIATED);
  }

  /** From UPDATE_ROLLBACK_FAILED; `resourcesToSkip` are left as they are: `LogicalId` or `NestedStackName.LogicalId`. */
  async continueUpdateRollback(nameOrId: string, resourcesToSkip: readonly string[] = []): Promise<StackResult> {
    const record = this.#existing(nameOrId);
    refuseContinue(record);
    return this.#operate(record, Injections.of(), async (operation) => {
      noteSkipped(this.#engine, operation.stack, resourcesToSkip);
      const { previous } = operation.stack.attempt;
      if (previous) await rollBackUpdate(operation, previous, '');
      return 'done';
    });
  }

  /** From CREATE_FAILED or UPDATE_FAILED to the last stable state (aws-facts CFN-12). */
  async rollbackStack(nameOrId: string): Promise<StackResult> {
    const record = this.#existing(nameOrId);
    refuseRollback(record);
    return this.#operate(record, Injections.of(), async (operation) => {
      const { previous } = operation.stack.attempt;
      const deletes = this.#engine.options.assumptions['rollback-without-stable-state'] === 'delete';
      if (previous) await rollBackUpdate(operation, previous, USER_INITIATED);
      else if (deletes) await deleteStack(operation);
      else await rollBackCreate(operation, USER_INITIATED);
      return 'done';
    });
  }

  /** Call it once, at the start: finishes the operations that ran when the last process ended. */
  async recover(): Promise<readonly StackResult[]> {
    const unfinished = this.#engine.store.list().filter((record) => !record.parent && isUnfinished(record));
    const recover = (record: StackRecord): Promise<StackResult> => {
      return this.#operate(record, Injections.of(), async (operation) => {
        await recoverStack(operation);
        return 'done';
      });
    };
    return Promise.all(unfinished.map(recover));
  }

  get isOperating(): boolean {
    return this.#running.size > 0;
  }

  /** By id also when it was deleted. */
  describeStack(nameOrId: string): StackDescription | undefined {
    const record = this.#engine.store.find(nameOrId);
    return record && describeStack(record);
  }

  listStacks(): readonly StackDescription[] {
    return this.#engine.store.list().map(describeStack);
  }

  /** Newest first. */
  describeEvents(nameOrId: string): readonly StackEvent[] {
    return [...this.#existing(nameOrId).events].reverse();
  }

  /** The properties that an event shows, by its logical id and time. */
  eventProperties(nameOrId: string): (event: StackEvent) => Properties | undefined {
    const logged = this.#engine.store.loggedProperties(this.#existing(nameOrId));
    const byEvent = new Map(logged.map(({ logicalId, time, properties }) => [`${logicalId} ${time}`, properties]));
    return ({ logicalId, time }) => byEvent.get(`${logicalId} ${time}`);
  }

  resources(nameOrId: string): readonly ResourceDescription[] {
    return describeResources(this.#existing(nameOrId));
  }

  exports(): readonly StackExport[] {
    return listExports(this.#engine.store);
  }

  #existing(nameOrId: string): StackRecord {
    const record = this.#engine.store.find(nameOrId);
    if (record) return record;
    throw invalid(`Stack with id ${nameOrId} does not exist`);
  }

  /** One operation at a time on a stack; its events, and those of stacks nested in it, are collected. */
  async #operate(
    record: StackRecord,
    injections: Injections,
    work: (operation: Operation) => Promise<Outcome>,
  ): Promise<StackResult> {
    const { store } = this.#engine;
    const { name } = record;
    if (this.#running.has(name))
      throw invalid(`Stack:${record.id} has an operation in progress. Wait until it is done.`);
    const interrupt = new AbortController();
    const operation: Operation = { engine: this.#engine, stack: this.#engine.open(record), injections, interrupt };
    const events: StackEvent[] = [];
    const stopListening = this.#engine.listen((event) => {
      if (store.rootName(event.stack) === name) events.push(event);
    });
    this.#running.set(name, interrupt);
    try {
      const outcome = await work(operation);
      return stackResult(operation.stack.record, events, outcome === 'unchanged');
    } finally {
      this.#running.delete(name);
      stopListening();
    }
  }

  async #wouldChange({ injections, stack }: Operation, prepared: PreparedStack): Promise<boolean> {
    if (stack.record.attempt || injections.unused.some(({ on }) => on !== 'create')) return true;
    return hasChanges(this.#engine, prepared, stack.record);
  }

  #warnOfUnused({ unused }: Injections): void {
    for (const { logicalId, on = 'create or update' } of unused) {
      this.#engine.options.onWarning(`'${logicalId}' was not made to fail: this deployment did not ${on} it.`);
    }
  }
}

/** DO_NOTHING is another name for it; CreateStack takes one of the two. */
function disablesRollback({ disableRollback, onFailure }: DeployRequest, isCreate: boolean): boolean {
  if (disableRollback !== undefined && onFailure !== undefined) {
    throw invalid('Specify either DisableRollback or OnFailure, but not both.');
  }
  return disableRollback ?? (isCreate && onFailure === 'DO_NOTHING');
}
