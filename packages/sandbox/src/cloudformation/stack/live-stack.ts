import type { StackEvent } from '../../api';
import { NESTED_STACK_TYPE } from '../template/template';
import {
  type Attempt,
  declaredBy,
  noAttempt,
  type Obsolete,
  type ResourceRecord,
  type ResourceStatus,
  type StackRecord,
  type StackStatus,
} from './stack-record';
import type { StackStore } from './stack-store';

export interface StatusChange {
  readonly stackId: string;
  readonly stackName: string;
  readonly status: string;
  readonly reason: string;
  /** ClientRequestToken of the operation; empty when none was given. */
  readonly token: string;
}

export interface StackObserver {
  readonly event: (event: StackEvent) => void;
  readonly status: (change: StatusChange) => void;
}

/** A stack during an operation. Each change is on disk before any listener hears of it, so a kill loses nothing. */
export class LiveStack {
  #record: StackRecord;

  constructor(
    record: StackRecord,
    private readonly store: StackStore,
    private readonly observer: StackObserver,
  ) {
    this.#record = record;
  }

  get record(): StackRecord {
    return this.#record;
  }

  /** The running operation, or the failed one that is not settled. */
  get attempt(): Attempt {
    return this.#record.attempt ?? noAttempt;
  }

  resource(logicalId: string): ResourceRecord | undefined {
    return this.#record.resources[logicalId];
  }

  change(patch: Partial<StackRecord>): void {
    this.#record = { ...this.#record, ...patch };
    this.store.save(this.#record);
  }

  changeAttempt(patch: Partial<Attempt>): void {
    this.change({ attempt: { ...this.attempt, ...patch } });
  }

  /** Moves a resource to UPDATE_IN_PROGRESS, and remembers that a rollback has to undo it. */
  beginUpdate(resource: ResourceRecord): void {
    const touched = [...this.attempt.touched.filter((id) => id !== resource.logicalId), resource.logicalId];
    this.#record = { ...this.#record, attempt: { ...this.attempt, touched } };
    this.setResource(resource, 'UPDATE_IN_PROGRESS');
  }

  untouch(logicalId: string): void {
    this.changeAttempt({ touched: this.attempt.touched.filter((id) => id !== logicalId) });
  }

  retire(...obsolete: readonly Obsolete[]): void {
    this.changeAttempt({ obsolete: [...this.attempt.obsolete, ...obsolete] });
  }

  putResource(resource: ResourceRecord): void {
    this.change({ resources: { ...this.#record.resources, [resource.logicalId]: resource } });
  }

  dropResource(logicalId: string): void {
    const { [logicalId]: _, ...resources } = this.#record.resources;
    this.change({ resources });
  }

  /**
   * Moves the stack itself: a stack event and, for EventBridge, a status change. What changes with the status is written
   * in one piece with it, so that a kill in between cannot make recovery take one operation for another.
   */
  setStatus(status: StackStatus, reason = '', patch: Partial<StackRecord> = {}): void {
    this.#record = { ...this.#record, ...patch, status, reason };
    const { id, name, token } = this.#record;
    this.#emit({ logicalId: name, physicalId: id, type: NESTED_STACK_TYPE, status, reason });
    this.observer.status({ stackId: id, stackName: name, status, reason, token });
  }

  /** Moves a resource of the stack. */
  setResource(resource: ResourceRecord, status: ResourceStatus, reason = ''): ResourceRecord {
    const moved = { ...resource, status, reason };
    this.#record = { ...this.#record, resources: { ...this.#record.resources, [resource.logicalId]: moved } };
    this.announce(resource, status, reason);
    return moved;
  }

  /** An event for a physical resource that the stack does not list any more. */
  announce(resource: ResourceRecord, status: ResourceStatus, reason = ''): void {
    const { logicalId, physicalId, type } = resource;
    const { time } = this.#emit({ logicalId, physicalId, type, status, reason });
    if (!/^(CREATE|UPDATE)_COMPLETE$/.test(status)) return;
    this.store.logProperties(this.#record, { logicalId, time, properties: declaredBy(resource) });
  }

  #emit(fields: Omit<StackEvent, 'stack' | 'time'>): StackEvent {
    const event: StackEvent = { stack: this.#record.name, time: new Date().toISOString(), ...fields };
    this.change({ events: [...this.#record.events, event] });
    this.observer.event(event);
    return event;
  }
}
