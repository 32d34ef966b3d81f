import { randomUUID } from 'node:crypto';
import type { Assumptions } from './assumptions';
import { type CustomResourceAnswer, readAnswer } from './custom-resource-answer';
import { waitForAnswer } from './custom-resource-wait';
import {
  type CreateRequest,
  type CustomResourceTransport,
  type DeleteRequest,
  type Json,
  type Properties,
  ResourceFailure,
  ResourceRefusal,
  type ResourceResult,
  type ResourceType,
  type UpdateRequest,
} from './resource-type';
import { isObject } from './template/template';

const MAXIMUM_SECONDS = 3600;

type RequestType = 'Create' | 'Update' | 'Delete';

/** Custom resources: a request to a function, and an answer that is PUT to a URL (aws-facts CR-1 and CR-2). */
export class CustomResource implements ResourceType {
  constructor(
    private readonly transport: CustomResourceTransport,
    private readonly assumptions: Assumptions,
    /** How long one second of `ServiceTimeout` lasts here. */
    private readonly secondMilliseconds: number,
  ) {}

  async create(request: CreateRequest): Promise<ResourceResult> {
    const answer = await this.#ask('Create', request, {});
    if (!answer.success) throw new ResourceFailure(answer.reason, answer.physicalId);
    return result(answer);
  }

  async update(request: UpdateRequest): Promise<ResourceResult> {
    this.#refuseOtherServiceToken(request);
    const answer = await this.#ask('Update', request, {
      PhysicalResourceId: request.physicalId,
      OldResourceProperties: this.#deliver(request.oldProperties),
    });
    if (!answer.success) throw new ResourceFailure(answer.reason, this.#idOfFailedUpdate(answer));
    return result(answer);
  }

  async delete(request: DeleteRequest): Promise<void> {
    const answer = await this.#ask('Delete', request, { PhysicalResourceId: request.physicalId });
    if (!answer.success) throw new ResourceFailure(answer.reason);
  }

  /** The documents disagree; what is reported is that it is refused (aws-facts CR-9). */
  #refuseOtherServiceToken({ properties, oldProperties, isRollback = false }: UpdateRequest): void {
    if (isRollback || this.assumptions['service-token-change'] === 'allowed') return;
    if (properties.ServiceToken === oldProperties.ServiceToken) return;
    throw new ResourceRefusal('Modifying service token is not allowed.');
  }

  /** A failed update that answers with another id breaks handlers which do not expect its Delete (aws-facts CR-12). */
  #idOfFailedUpdate({ physicalId }: CustomResourceAnswer): string | undefined {
    return this.assumptions['failed-update-id'] === 'stored' ? physicalId : undefined;
  }

  async #ask(kind: RequestType, request: CreateRequest, extra: Properties): Promise<CustomResourceAnswer> {
    const serviceToken = readServiceToken(request.properties.ServiceToken);
    const seconds = readServiceTimeout(request.properties.ServiceTimeout);
    const identity = {
      StackId: request.stack.id,
      RequestId: request.requestId ?? randomUUID(),
      LogicalResourceId: request.logicalId,
    };
    const response = this.transport.openResponse();
    const event = {
      RequestType: kind,
      ResponseURL: response.url,
      ...identity,
      ResourceType: request.type,
      ResourceProperties: this.#deliver(request.properties),
      ...extra,
    };
    const body = await waitForAnswer({
      response,
      delivered: this.#invoke(serviceToken, event),
      milliseconds: seconds * this.secondMilliseconds,
      signal: request.signal,
      givesUp: this.assumptions['overlap-rollback'] === 'yes',
    });
    return readAnswer(body, identity);
  }

  async #invoke(serviceToken: string, event: Properties): Promise<void> {
    const deliveries = this.assumptions['duplicate-delivery'] === 'yes' ? 2 : 1;
    try {
      for (let count = 0; count < deliveries; count++) await this.transport.invoke(serviceToken, event);
    } catch (error) {
      throw error instanceof ResourceRefusal ? error : new ResourceFailure((error as Error).message);
    }
  }

  /** Properties as the handler sees them: scalars are strings (aws-facts CR-6 and CR-7). */
  #deliver(properties: Properties): Properties {
    const { ServiceToken, ...rest } = properties;
    const kept = this.assumptions['service-token-in-properties'] === 'yes' ? { ServiceToken, ...rest } : rest;
    return this.#scalarsAsText(kept as Properties) as Properties;
  }

  #scalarsAsText(value: Json): Json {
    if (typeof value === 'boolean') return String(value);
    if (typeof value === 'number') return this.assumptions['numbers-as-strings'] === 'yes' ? String(value) : value;
    if (Array.isArray(value)) return value.map((item) => this.#scalarsAsText(item));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, this.#scalarsAsText(member)]));
  }
}

function result({ physicalId = '', data, noEcho, reason }: CustomResourceAnswer): ResourceResult {
  return { physicalId, attributes: data, noEcho, reason };
}

function readServiceToken(value: Json | undefined): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new ResourceRefusal(`Invalid ServiceToken ${JSON.stringify(value)}: must be the ARN of a function.`);
}

function readServiceTimeout(value: Json | undefined): number {
  if (value === undefined) return MAXIMUM_SECONDS;
  const seconds = Number(value);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MAXIMUM_SECONDS) return seconds;
  const rule = `must be 1 to ${MAXIMUM_SECONDS} seconds.`;
  throw new ResourceRefusal(`Invalid ServiceTimeout ${JSON.stringify(value)}: ${rule}`);
}
