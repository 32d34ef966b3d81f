import { sha256 } from '../../core/bundle/checksum';
import type { Ports, StackView } from '../../core/ports';
import { type MigrationsProperties, markerId, resourceTypes } from '../../core/wire';
import { awsPorts, systemClock } from '../../lambda/aws/ports';
import type { CloudFormationEvent } from '../../lambda/cloudformation/event';
import { onEvent } from '../../lambda/handlers/on-event';
import { respond } from '../../lambda/handlers/respond';
import { tick } from '../../lambda/handlers/tick';
import { type Effects, ProcessKilled } from './effects';

export interface Answer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly PhysicalResourceId: string;
  readonly Reason: string;
}

/** How often the platform tries: Lambda delivers an event three times, the state machine retries a task eight times. */
const tries = { onEvent: 3, task: 9 };

/**
 * What AWS does around the engine, as far as a crash can show: Lambda runs the handler again, Step Functions retries a
 * task and answers by another function, CloudFormation waits, rolls back and cleans up. Every call of a handler is a
 * process of its own; a crash ends it, and the next call starts from nothing.
 */
export class Platform {
  private history: { status: string; at: string }[] = [];
  private readonly answers = new Map<string, Answer>();
  private readonly executions = new Map<string, { requestKey: string; scope: string }>();
  private count = 0;

  constructor(
    readonly stackId: string,
    readonly scope: string,
    private readonly ledgerTable: string,
    private readonly effects: Effects,
  ) {}

  /** Ports of a fresh process. */
  ports(): Ports {
    const ports = awsPorts({ ledgerTable: this.ledgerTable, leaseSeconds: 60 });
    const view = async () => this.effects.perform('DescribeStacks', async () => this.view());
    // Waiting is the platform's time, not the engine's: nothing here depends on how long it takes.
    const clock = { now: () => systemClock.now(), sleep: () => systemClock.sleep(5) };
    const opensTarget = async () => false;
    return { ...ports, stacks: { view, opensTarget }, clock };
  }

  stackIs(status: string): void {
    this.count += 1;
    const at = new Date(systemClock.now() + this.count).toISOString();
    this.history = [...this.history, { status, at }];
  }

  /** A request for the Migrations resource; undefined when CloudFormation got no answer in time. */
  migrations(
    type: 'Create' | 'Update' | 'Delete',
    properties: MigrationsProperties,
    physicalId?: string,
  ): Promise<Answer | undefined> {
    return this.request(
      resourceTypes.migrations,
      'Migrations',
      type,
      { ...properties },
      type === 'Create' ? undefined : (physicalId ?? this.scope),
    );
  }

  markerDelete(revision: string): Promise<Answer | undefined> {
    const properties = { Format: '1', Scope: this.scope, Revision: revision, ServiceTimeout: '3600' };
    return this.request(resourceTypes.commit, 'Commit', 'Delete', properties, markerId(this.scope, revision));
  }

  /** EventBridge reports the stack's status. */
  async settle(): Promise<void> {
    const id = `event-${this.nextId()}`;
    const detail = { 'stack-id': this.stackId, 'status-details': { status: this.view().status } };
    await this.deliver({ id, 'detail-type': 'CloudFormation Stack Status Change', detail });
  }

  private async request(
    ResourceType: string,
    LogicalResourceId: string,
    RequestType: 'Create' | 'Update' | 'Delete',
    ResourceProperties: Record<string, unknown>,
    PhysicalResourceId: string | undefined,
  ): Promise<Answer | undefined> {
    const RequestId = `request-${this.nextId()}`;
    const ResponseURL = `https://answers.example/${RequestId}`;
    await this.deliver({
      ...{
        RequestType,
        RequestId,
        ResponseURL,
        ResourceType,
        LogicalResourceId,
        ResourceProperties,
        PhysicalResourceId,
      },
      StackId: this.stackId,
    });
    return this.answers.get(ResponseURL);
  }

  private async deliver(event: Parameters<typeof onEvent>[0] | CloudFormationEvent): Promise<void> {
    const executions = { start: (name: string, input: object) => this.startExecution(name, input) };
    const known = new Set(this.executions.keys());
    await this.attempt(tries.onEvent, () =>
      onEvent(event, { requests: this.ports().requests, executions, scope: this.scope, now: () => systemClock.now() }),
    );
    for (const [name, input] of this.executions) if (!known.has(name)) await this.execute(name, input);
  }

  /** Step Functions keeps the second execution of one name from running. */
  private startExecution(name: string, input: object): Promise<boolean> {
    return this.effects.perform('StartExecution', async () => {
      const isNew = !this.executions.has(name);
      if (isNew) this.executions.set(name, input as { requestKey: string; scope: string });
      return isNew;
    });
  }

  /** The state machine of lib/state-machine-definition. */
  private async execute(
    execution: string,
    { requestKey, scope }: { requestKey: string; scope: string },
  ): Promise<void> {
    for (;;) {
      const result = await this.attempt(tries.task, () =>
        tick({ action: 'tick', requestKey, scope, execution }, this.ports()),
      );
      if (!result || result.status === 'done') break;
      await systemClock.sleep(50);
    }
    await this.attempt(tries.task, () => respond({ action: 'respond', requestKey, scope }, this.ports()));
  }

  /** Runs a process until it ends by itself, at most so often. Undefined when it never did. */
  private async attempt<T>(times: number, process: () => Promise<T>): Promise<T | undefined> {
    for (let attempt = 0; attempt < times; attempt += 1) {
      try {
        return await withFetch(this.fetch, () => this.effects.process(process));
      } catch (error) {
        if (!(error instanceof ProcessKilled)) throw error;
      }
    }
    return undefined;
  }

  /** Where the engine PUTs its answers. */
  private readonly fetch = (url: string, body: Buffer): Promise<Response> =>
    this.effects.perform('PUT answer', async () => {
      if (!this.answers.has(url)) this.answers.set(url, JSON.parse(body.toString()) as Answer);
      return new Response();
    });

  private view(): StackView {
    return { status: this.history.at(-1)?.status ?? 'CREATE_IN_PROGRESS', history: this.history };
  }

  private nextId(): string {
    this.count += 1;
    return `${this.count}-${sha256(`${this.scope} ${this.count}`).slice(0, 8)}`;
  }
}

async function withFetch<T>(
  answer: (url: string, body: Buffer) => Promise<Response>,
  work: () => Promise<T>,
): Promise<T> {
  const original = globalThis.fetch;
  globalThis.fetch = ((url: string, { body }: { body: Buffer }) => answer(url, body)) as typeof fetch;
  try {
    return await work();
  } finally {
    globalThis.fetch = original;
  }
}
