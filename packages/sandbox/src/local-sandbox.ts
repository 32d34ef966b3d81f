import type { DeployOptions, Interceptor, Sandbox, StackResult } from './api';
import { publishAssets, readAssembly, type StackInput, selectStacks, stackInputs } from './assembly';
import type { Broadcast } from './broadcast';
import type { CloudFormation } from './cloudformation';
import { hostVariables } from './environment-variables';
import type { Platform } from './platform';
import type { AlarmState } from './services/alarms';
import { FunctionError } from './services/lambda';
import { StackOrder } from './stack-order';
import type { StateStore } from './state';

export interface LocalSandboxParts {
  readonly state: StateStore;
  readonly platform: Platform;
  readonly cloudFormation: CloudFormation;
  readonly broadcast: Broadcast;
  /** Releases the state folder. */
  readonly release: () => void;
}

/** The sandbox in the process that holds the state folder. */
export class LocalSandbox implements Sandbox {
  readonly #parts: LocalSandboxParts;
  readonly #order: StackOrder;
  readonly #recovered: Promise<unknown>;
  #closing: Promise<void> | undefined;

  constructor(parts: LocalSandboxParts) {
    this.#parts = parts;
    this.#order = new StackOrder(parts.state);
    // What the last process left unfinished is finished first; an error of it is in the stack's events.
    this.#recovered = parts.cloudFormation.recover().catch((error: unknown) => {
      parts.broadcast.warning(`A stack operation could not be resumed: ${String(error)}`);
    });
  }

  get endpoint(): string {
    return this.#parts.platform.gateway.endpoint;
  }

  get environmentVariables(): Readonly<Record<string, string>> {
    return hostVariables(this.endpoint, this.#parts.platform.environment);
  }

  /** Stops at the first stack that does not end well: what depends on it must not be deployed. */
  async deploy(options: DeployOptions): Promise<readonly StackResult[]> {
    await this.#recovered;
    const all = readAssembly(options.assembly);
    const inputs = stackInputs(selectStacks(all, options.stacks), options);
    const nameOf = (id: string) => all.find((stack) => stack.id === id)?.stackName ?? id;
    const results: StackResult[] = [];
    for (const input of inputs) {
      this.#publish(input);
      this.#order.remember(input.stack.stackName, input.stack.dependsOn.map(nameOf));
      const result = await this.#deployStack(input, options);
      results.push(result);
      if (!/^(CREATE|UPDATE)_COMPLETE$/.test(result.status)) break;
    }
    return results;
  }

  async destroy(stacks?: readonly string[]): Promise<readonly StackResult[]> {
    await this.#recovered;
    const { cloudFormation } = this.#parts;
    const existing = cloudFormation.listStacks().filter(({ parentId }) => parentId === undefined);
    const names = stacks && stacks.length > 0 ? stacks : existing.map(({ name }) => name);
    const results: StackResult[] = [];
    for (const name of this.#order.dependentsFirst(names)) {
      const result = await cloudFormation.deleteStack(name);
      results.push(result);
      if (result.status !== 'DELETE_COMPLETE') break;
    }
    return results;
  }

  cancelUpdate(stack: string): Promise<void> {
    return this.#parts.cloudFormation.cancelUpdate(stack);
  }

  continueUpdateRollback(stack: string, resourcesToSkip?: readonly string[]): Promise<StackResult> {
    return this.#parts.cloudFormation.continueUpdateRollback(stack, resourcesToSkip);
  }

  rollbackStack(stack: string): Promise<StackResult> {
    return this.#parts.cloudFormation.rollbackStack(stack);
  }

  async setAlarm(alarm: string, state: AlarmState): Promise<void> {
    this.#parts.platform.alarms.set(alarm, state);
  }

  async stacks() {
    return this.#parts.cloudFormation.listStacks().map(({ name, status, id }) => ({ stack: name, status, id }));
  }

  async resources(stack: string) {
    return this.#parts.cloudFormation.resources(stack);
  }

  sql(cluster: string, database: string, statement: string): Promise<readonly Record<string, unknown>[]> {
    return this.#parts.platform.rdsData.query(cluster, database, statement);
  }

  async invoke(functionName: string, payload: unknown): Promise<unknown> {
    const result = await this.#parts.platform.lambda.invoke(functionName, JSON.stringify(payload ?? {}));
    if (result.error) throw new FunctionError(functionName, result.error);
    return JSON.parse(result.payload);
  }

  intercept(interceptor: Interceptor): () => void {
    return this.#parts.platform.gateway.intercept(interceptor);
  }

  /** A function may start a state machine and the other way round: it is quiet when both are, at the same moment. */
  async settle(): Promise<void> {
    const { lambda, stepFunctions } = this.#parts.platform;
    while (!lambda.isIdle || !stepFunctions.isIdle) {
      await Promise.all([lambda.drained(), stepFunctions.drained()]);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { platform, release } = this.#parts;
    await platform.stepFunctions.close();
    await platform.lambda.close();
    await platform.gateway.close();
    release();
  }

  #publish({ stack }: StackInput): void {
    const { platform, broadcast } = this.#parts;
    const { objects, environment, parameters } = platform;
    if (stack.bootstrapParameter) ensureBootstrapped(parameters, stack.bootstrapParameter);
    const onWarning = (message: string) => broadcast.warning(message);
    for (const manifest of stack.assetManifests) publishAssets(manifest, { objects, environment, onWarning });
  }

  /** What a failed first deployment left cannot be updated: it is deleted first, as the CDK does. */
  async #deployStack({ stack, template, parameters, fail }: StackInput, options: DeployOptions): Promise<StackResult> {
    const { cloudFormation } = this.#parts;
    if (cloudFormation.describeStack(stack.stackName)?.status === 'ROLLBACK_COMPLETE') {
      const deleted = await cloudFormation.deleteStack(stack.stackName);
      if (deleted.status !== 'DELETE_COMPLETE') return deleted;
    }
    return cloudFormation.deploy({
      stackName: stack.stackName,
      template,
      parameters,
      fail,
      disableRollback: options.disableRollback,
      rollbackAlarms: options.rollbackAlarms,
      monitoringSeconds: options.monitoringSeconds,
    });
  }
}

/** What `cdk bootstrap` leaves behind, in a version that no template asks more of. */
const BOOTSTRAP_VERSION = '30';

export function ensureBootstrapped(parameters: Platform['parameters'], name: string): void {
  if (!parameters.find(name)) parameters.put({ name, type: 'String', tier: 'Standard' }, BOOTSTRAP_VERSION);
}
