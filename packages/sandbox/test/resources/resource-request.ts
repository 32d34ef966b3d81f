import type { CreateRequest, Properties, ResourceResult, ResourceType } from '../../src/cloudformation/resource-type';

const STACK = { id: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/food/1', name: 'food' };

/** Sends a resource type the requests of one resource's life, as the engine would. */
export class Life {
  readonly issued: string[] = [];
  readonly #type: ResourceType;
  readonly #request: Omit<CreateRequest, 'properties'>;

  constructor(type: ResourceType, typeName: string) {
    this.#type = type;
    this.#request = {
      stack: STACK,
      logicalId: 'Thing1A2B',
      type: typeName,
      signal: new AbortController().signal,
      issued: (physicalId) => this.issued.push(physicalId),
    };
  }

  create(properties: Properties): Promise<ResourceResult> {
    return this.#type.create({ ...this.#request, properties });
  }

  update(now: ResourceResult, oldProperties: Properties, properties: Properties): Promise<ResourceResult> {
    const { physicalId, attributes = {} } = now;
    return this.#type.update({ ...this.#request, properties, oldProperties, physicalId, attributes });
  }

  delete({ physicalId, attributes = {} }: ResourceResult, properties: Properties): Promise<void> {
    return this.#type.delete({ ...this.#request, properties, physicalId, attributes });
  }
}
