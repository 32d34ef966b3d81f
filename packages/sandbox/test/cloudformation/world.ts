import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StackEvent } from '../../src/api';
import { CloudFormation, type StatusChange } from '../../src/cloudformation';
import { readAssumptions } from '../../src/cloudformation/assumptions';
import type { AlarmState } from '../../src/cloudformation/operations/operation';
import type {
  CreateRequest,
  DeleteRequest,
  Json,
  Properties,
  ResourceResult,
  UpdateRequest,
} from '../../src/cloudformation/resource-type';
import { StateStore } from '../../src/state';

/** A request to a custom resource, as its function receives it. */
export interface CustomRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly RequestId: string;
  readonly StackId: string;
  readonly ResponseURL: string;
  readonly ResourceType: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Properties;
  readonly OldResourceProperties?: Properties;
}

/** What a scripted handler answers: fields over a good answer, a raw body, or nothing. */
export type Answer = { readonly [field: string]: unknown } | string | 'silence';
export type Handler = (request: CustomRequest) => Answer | Promise<Answer>;

type Call =
  | { readonly action: 'create'; readonly request: CreateRequest }
  | { readonly action: 'update'; readonly request: UpdateRequest }
  | { readonly action: 'delete'; readonly request: DeleteRequest };
export type Behaviour = (call: Call) => Promise<ResourceResult | undefined> | undefined;

export interface WorldOptions {
  readonly assume?: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly secondScale?: number;
}

/** An AWS account made of fakes: it writes down every stack event and every request, in the order they happened. */
export class World {
  readonly folder: string;
  readonly cloudFormation: CloudFormation;
  readonly events: StackEvent[] = [];
  readonly changes: StatusChange[] = [];
  readonly warnings: string[] = [];
  readonly requests: CustomRequest[] = [];
  readonly templates = new Map<string, unknown>();
  readonly references = new Map<string, string>();
  readonly alarms = new Map<string, AlarmState>();
  readonly answers = new Map<string, (body: string) => void>();
  alarmFault: Error | undefined;
  openUrls = 0;
  handler: Handler = (request) => ({
    PhysicalResourceId: request.PhysicalResourceId ?? `${request.LogicalResourceId}-id`,
  });
  /** By logical id; undefined means the usual behaviour. */
  readonly behaviours = new Map<string, Behaviour>();
  #log: string[] = [];
  readonly #counts = new Map<string, number>();

  constructor(options: WorldOptions = {}) {
    this.folder = options.folder ?? mkdtempSync(join(tmpdir(), 'cloudformation-'));
    this.cloudFormation = new CloudFormation({
      state: new StateStore(this.folder),
      environment: { region: 'eu-central-1', account: '123456789012', partition: 'aws' },
      types: {
        isKnown: (type) => type.startsWith('Test::'),
        find: () => ({
          create: (request) => this.#perform({ action: 'create', request }) as Promise<ResourceResult>,
          update: (request) => this.#perform({ action: 'update', request }) as Promise<ResourceResult>,
          delete: async (request) => void (await this.#perform({ action: 'delete', request })),
        }),
      },
      transport: {
        openResponse: () => this.#openResponse(),
        invoke: (_, event) => this.#invoke(event as CustomRequest),
      },
      resolveDynamicReference: async (reference) => this.#lookUp(this.references, reference),
      readTemplate: async (url) => JSON.stringify(this.#lookUp(this.templates, url)),
      alarmState: async (name) => {
        if (this.alarmFault) throw this.alarmFault;
        return this.alarms.get(name);
      },
      onStackEvent: (event) => this.#hear(event),
      onStatusChange: (change) => this.changes.push(change),
      onWarning: (text) => this.warnings.push(text),
      assumptions: readAssumptions(options.assume),
      secondScale: options.secondScale ?? 0.001,
    });
  }

  /** Events and requests since the last call. */
  takeLog(): readonly string[] {
    const log = this.#log;
    this.#log = [];
    return log;
  }

  note(line: string): void {
    this.#log.push(line);
  }

  #lookUp<T>(values: ReadonlyMap<string, T>, name: string): T {
    const value = values.get(name);
    if (value === undefined) throw new Error(`${name} does not exist`);
    return value;
  }

  #hear(event: StackEvent): void {
    this.events.push(event);
    const isStack = event.logicalId === event.stack;
    const reason = event.reason === '' || event.reason === 'User Initiated' ? '' : ` "${event.reason}"`;
    const name = isStack ? (event.stack === 'S' ? 'S' : 'child') : event.logicalId;
    const id = isStack || event.physicalId === '' ? '' : `(${this.#short(event.physicalId)})`;
    this.#log.push(`${name} ${event.status}${id}${reason}`);
  }

  /** Ids that CloudFormation makes up have a random end. */
  #short(physicalId: string): string {
    if (physicalId.startsWith('arn:')) return 'arn';
    return physicalId.replace(/-[A-Z0-9]{12}$/, '-random');
  }

  async #perform(call: Call): Promise<ResourceResult | undefined> {
    const { action, request } = call;
    const id = 'physicalId' in request ? ` ${request.physicalId}` : '';
    this.#log.push(`{${action} ${request.logicalId}${id}${versions(call)}}`);
    const scripted = await this.behaviours.get(request.logicalId)?.(call);
    return scripted ?? this.#usual(call);
  }

  /** A change of `Name` needs a replacement. */
  #usual(call: Call): ResourceResult | undefined {
    const { action, request } = call;
    if (action === 'delete') return undefined;
    const isReplaced = action === 'update' && request.properties.Name !== request.oldProperties.Name;
    const isNew = action === 'create' || isReplaced;
    const physicalId = isNew ? this.#newId(request.logicalId) : (request as UpdateRequest).physicalId;
    return { physicalId, attributes: { Arn: `arn:${request.logicalId}`, Version: request.properties.Version ?? '' } };
  }

  #newId(logicalId: string): string {
    const count = (this.#counts.get(logicalId) ?? 0) + 1;
    this.#counts.set(logicalId, count);
    return `${logicalId}-${count}`;
  }

  #openResponse(): { url: string; answer: Promise<string>; close(): void } {
    const url = `https://answers.test/${this.answers.size}`;
    const answer = new Promise<string>((resolve) => this.answers.set(url, resolve));
    this.openUrls++;
    return { url, answer, close: () => void this.openUrls-- };
  }

  async #invoke(request: CustomRequest): Promise<void> {
    this.requests.push(request);
    this.#log.push(describeRequest(request, (id) => this.#short(id)));
    void this.#answer(request);
  }

  async #answer(request: CustomRequest): Promise<void> {
    const answer = await this.handler(request);
    if (answer === 'silence') return;
    const body = typeof answer === 'string' ? answer : JSON.stringify(goodAnswer(request, answer));
    this.answers.get(request.ResponseURL)?.(body);
  }
}

export function goodAnswer(request: CustomRequest, fields: Readonly<Record<string, unknown>>): unknown {
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId } = request;
  return { Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, PhysicalResourceId, ...fields };
}

/** `[Update X A 2/1]`: physical id, then `Version` of the properties and of the old ones. */
function describeRequest(request: CustomRequest, short: (id: string) => string): string {
  const { RequestType, LogicalResourceId, PhysicalResourceId, ResourceProperties, OldResourceProperties } = request;
  const id = PhysicalResourceId === undefined ? '' : ` ${short(PhysicalResourceId)}`;
  const old = OldResourceProperties ? `/${OldResourceProperties.Version}` : '';
  const version = ResourceProperties.Version === undefined ? '' : ` ${ResourceProperties.Version}${old}`;
  return `[${RequestType} ${LogicalResourceId}${id}${version}]`;
}

function versions({ action, request }: Call): string {
  const { Version } = request.properties;
  if (Version === undefined) return '';
  return action === 'update' ? ` ${Version}/${request.oldProperties.Version}` : ` ${Version}`;
}

/** A variable in the text of `Fn::Sub`. */
export function variable(name: string): string {
  return `\${${name}}`;
}

/** Something that happens when the test says so. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

export async function until(condition: () => boolean): Promise<void> {
  for (let count = 0; !condition(); count++) {
    if (count > 2000) throw new Error('It did not happen.');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** R is a Lambda function, X a custom resource that uses it, T another resource that depends on X. */
export function triad(version: string): { readonly Resources: { readonly [id: string]: Json } } {
  return {
    Resources: {
      R: { Type: 'Test::Function', Properties: { Version: version } },
      X: { Type: 'Custom::Thing', Properties: { ServiceToken: { 'Fn::GetAtt': ['R', 'Arn'] }, Version: version } },
      T: { Type: 'Test::Table', Properties: { Version: version, After: { Ref: 'X' } } },
    },
  };
}
