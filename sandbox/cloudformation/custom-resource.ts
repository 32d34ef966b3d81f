import { randomUUID } from 'node:crypto';
import type { Assumptions } from './assumptions';
import { type CustomResourceAnswer, readAnswer } from './custom-resource-answer';
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

/** Custom resources: a request to a function, and an answer that somebody PUTs to a URL (aws-facts 1.3). */
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

  /** aws-facts 1.3: the documents disagree, in practice it is refused. */
  #refuseOtherServiceToken({ properties, oldProperties, isRollback = false }: UpdateRequest): void {
    if (isRollback || this.assumptions['service-token-change'] === 'allowed') return;
    if (properties.ServiceToken === oldProperties.ServiceToken) return;
    throw new ResourceRefusal('Modifying service token is not allowed.');
  }

  /** aws-facts 1.2: a failed update that answers with another id breaks handlers which do not expect its Delete. */
  #idOfFailedUpdate({ physicalId }: CustomResourceAnswer): string | undefined {
    return this.assumptions['failed-update-id'] === 'stored' ? physicalId : undefined;
  }

  async #ask(kind: RequestType, request: CreateRequest, extra: Properties): Promise<CustomResourceAnswer> {
    const { ServiceToken } = request.properties;
    if (typeof ServiceToken !== 'string' || ServiceToken === '') {
      throw new ResourceRefusal(`Invalid ServiceToken ${JSON.stringify(ServiceToken)}: must be the ARN of a function.`);
    }
    const limit = serviceTimeout(request.properties.ServiceTimeout);
    const response = this.transport.openResponse();
    const identity = {
      StackId: request.stack.id,
      RequestId: request.requestId ?? randomUUID(),
      LogicalResourceId: request.logicalId,
    };
    const event = {
      RequestType: kind,
      ResponseURL: response.url,
      ...identity,
      ResourceType: request.type,
      ResourceProperties: this.#deliver(request.properties),
      ...extra,
    };
    const answer = withTimeout(response.answer, limit * this.secondMilliseconds);
    const delivered = this.#invoke(ServiceToken, event);
    const outcome = Promise.race([answer.promise, rejection(delivered)]).finally(() => {
      answer.stop();
      response.close();
    });
    return readAnswer(await this.#unlessCancelled(outcome, answer, request.signal), identity);
  }

  async #invoke(serviceToken: string, event: Properties): Promise<void> {
    const deliveries = this.assumptions['duplicate-delivery'] === 'yes' ? 2 : 1;
    try {
      for (let count = 0; count < deliveries; count++) await this.transport.invoke(serviceToken, event);
    } catch (error) {
      throw new ResourceFailure((error as Error).message);
    }
  }

  /**
   * A cancelled request is given up at once, while its handler runs on: the rollback request overlaps it
   * (aws-facts 1.2). Its URL stays open, as a pre-signed URL does.
   */
  async #unlessCancelled(outcome: Promise<string>, timer: Timeout, signal: AbortSignal): Promise<string> {
    if (this.assumptions['overlap-rollback'] === 'no') return outcome;
    const cancelled = new Promise<never>((_, reject) => {
      const cancel = (): void => {
        timer.detach();
        reject(new ResourceFailure('Resource operation cancelled'));
      };
      if (signal.aborted) cancel();
      signal.addEventListener('abort', cancel, { once: true });
    });
    outcome.catch(() => undefined);
    return Promise.race([outcome, cancelled]);
  }

  /** Properties as the handler sees them: scalars are strings (aws-facts 1.3). */
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

interface Timeout {
  readonly promise: Promise<string>;
  stop(): void;
  /** The process need not stay alive for it any more. */
  detach(): void;
}

/** aws-facts 1.3 (obs: cdk#2126). */
function withTimeout(answer: Promise<string>, milliseconds: number): Timeout {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_, reject) => {
    const expire = (): void => reject(new ResourceFailure('Custom Resource failed to stabilize in expected time'));
    timer = setTimeout(expire, milliseconds);
  });
  return {
    promise: Promise.race([answer, expiry]),
    stop: () => clearTimeout(timer),
    detach: () => timer?.unref(),
  };
}

/** Settles only when the promise fails. */
function rejection(promise: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => promise.catch(reject));
}

function result({ physicalId = '', data, noEcho }: CustomResourceAnswer): ResourceResult {
  return { physicalId, attributes: data, noEcho };
}

function serviceTimeout(value: Json | undefined): number {
  if (value === undefined) return MAXIMUM_SECONDS;
  const seconds = Number(value);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MAXIMUM_SECONDS) return seconds;
  throw new ResourceRefusal(
    `Invalid ServiceTimeout ${JSON.stringify(value)}: must be 1 to ${MAXIMUM_SECONDS} seconds.`,
  );
}
