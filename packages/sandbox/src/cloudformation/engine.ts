import type { StackEvent } from '../api';
import { CustomResource } from './custom-resource';
import { nestedStacks } from './operations/nested-stacks';
import type { CloudFormationOptions, Engine, NestedStacks, Operation, StackIdentity } from './operations/operation';
import type { ResourceType } from './resource-type';
import { importedValue } from './stack/exports';
import { LiveStack } from './stack/live-stack';
import { valuesOf, visibleValuesOf } from './stack/resource-values';
import type { StackRecord } from './stack/stack-record';
import { StackStore } from './stack/stack-store';
import { type PreparedStack, prepareStack } from './template/prepare';
import type { ResourceValues } from './template/scope';
import { isCustomResource, NESTED_STACK_TYPE } from './template/template';

/** Puts the parts of the engine together for one world of stacks. */
export class StackEngine implements Engine {
  readonly store: StackStore;
  readonly nested: NestedStacks;
  readonly #customResource: ResourceType;
  readonly #warned = new Set<string>();
  readonly #listeners = new Set<(event: StackEvent) => void>();

  constructor(readonly options: CloudFormationOptions) {
    this.store = new StackStore(options.state);
    this.nested = nestedStacks(this);
    this.#customResource = new CustomResource(options.transport, options.assumptions, this.milliseconds(1));
  }

  milliseconds(seconds: number): number {
    return seconds * 1000 * (this.options.secondScale ?? 1);
  }

  open(record: StackRecord): LiveStack {
    return new LiveStack(record, this.store, {
      event: (event) => this.#tell(event),
      status: (change) => this.options.onStatusChange(change),
    });
  }

  /** Hears the events of all stacks. Returns how to stop. */
  listen(listener: (event: StackEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  typeOf(operation: Operation, type: string): ResourceType {
    if (type === NESTED_STACK_TYPE) return this.nested.type(operation);
    if (isCustomResource(type)) return this.#customResource;
    this.#warnOnce(type);
    return this.options.types.find(type);
  }

  valuesOf(record: StackRecord): ResourceValues {
    return valuesOf(this.#sources(record));
  }

  visibleValuesOf(record: StackRecord): ResourceValues {
    return visibleValuesOf(this.#sources(record));
  }

  prepare(source: unknown, stack: StackIdentity, given: Readonly<Record<string, string>>): Promise<PreparedStack> {
    const { environment, resolveDynamicReference } = this.options;
    return prepareStack({
      source,
      stack: { id: stack.id, name: stack.name },
      environment,
      given,
      previous: stack.parameters,
      resolve: resolveDynamicReference,
      exportValue: (name) => importedValue(this.store, name),
    });
  }

  #sources({ resources }: StackRecord): Parameters<typeof valuesOf>[0] {
    const { types, environment } = this.options;
    return { resource: (logicalId) => resources[logicalId], types, environment };
  }

  #warnOnce(type: string): void {
    if (this.options.types.isKnown(type) || this.#warned.has(type)) return;
    this.#warned.add(type);
    this.options.onWarning(`${type} is inert here: it is created, updated and deleted in name only.`);
  }

  #tell(event: StackEvent): void {
    this.options.onStackEvent(event);
    for (const listener of this.#listeners) listener(event);
  }
}
