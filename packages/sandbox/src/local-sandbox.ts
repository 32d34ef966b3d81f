import type { DeployOptions, Interceptor, StackResult } from './api';
import { publishAssets, readAssembly, type StackInput, selectStacks, stackInputs } from './assembly';
import { AwsError } from './aws-error';
import type { Broadcast } from './broadcast';
import type { CloudFormation } from './cloudformation';
import type { ServedSandbox } from './control/control-server';
import type { OwnClaim } from './control/folder-lock';
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
  /** Of the state folder. */
  readonly claim: OwnClaim;
  /** Whether what the last process left unfinished is finished. */
  readonly recovers: boolean;
}

/** The sandbox in the process that holds the state folder. */
export class LocalSandbox implements ServedSandbox {
  readonly #parts: LocalSandboxParts;
  readonly #order: StackOrder;
  readonly #recovered: Promise<unknown>;
  #isRecovering = true;
  #closing: Promise<void> | undefined;

  constructor(parts: LocalSandboxParts) {
    this.#parts = parts;
    this.#order = new StackOrder(parts.state);
    // What the last process left unfinished is finished first; an error of it is in the stack's events.
    const recovery = parts.recovers ? parts.cloudFormation.recover() : Promise.resolve();
    this.#recovered = recovery
      .catch((error: unknown) => {
        parts.broadcast.warning(`A stack operation could not be resumed: ${String(error)}`);
      })
      .finally(() => {
        this.#isRecovering = false;
      });
  }

  get endpoint(): string {
    return this.#parts.platform.gateway.endpoint;
  }

  get environmentVariables(): Readonly<Record<string, string>> {
    return hostVariables(this.endpoint, this.#parts.platform.environment);
  }

  /** Stops at the first stack that does not end well: what depends on it must not be deployed. */
  async deploy(options: DeployOptions, wanted?: AbortSignal): Promise<readonly StackResult[]> {
    await this.#recovery();
    const all = readAssembly(options.assembly);
    const inputs = stackInputs(selectStacks(all, options.stacks), options);
    const nameOf = (id: string) => all.find((stack) => stack.id === id)?.stackName ?? id;
    const results: StackResult[] = [];
    for (const input of inputs) {
      if (wanted?.aborted) break;
      this.#publish(input);
      this.#order.remember(input.stack.stackName, input.stack.dependsOn.map(nameOf));
      const result = await this.#deployStack(input, options);
      results.push(result);
      if (!/^(CREATE|UPDATE)_COMPLETE$/.test(result.status)) break;
    }
    return results;
  }

  async destroy(stacks?: readonly string[], wanted?: AbortSignal): Promise<readonly StackResult[]> {
    await this.#recovery();
    const { cloudFormation } = this.#parts;
    const existing = cloudFormation.listStacks().filter(({ parentId }) => parentId === undefined);
    const all = existing.map(({ name }) => name);
    const names = stacks && stacks.length > 0 ? stacks : all;
    const unknown = names.find((name) => cloudFormation.describeStack(name) === undefined);
    if (unknown !== undefined) throw noStack(unknown, all);
    const results: StackResult[] = [];
    for (const name of this.#order.dependentsFirst(names)) {
      if (wanted?.aborted) break;
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
    return this.#parts.cloudFormation.listStacks().map(({ name, status, id, reason, outputs, parentId }) => ({
      ...{ stack: name, status, id, reason },
      outputs: Object.fromEntries(outputs.map(({ key, value }) => [key, value])),
      nested: parentId !== undefined,
    }));
  }

  async events(stack: string) {
    return this.#parts.cloudFormation.describeEvents(stack).toReversed();
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

  get isOperating(): boolean {
    return this.#parts.cloudFormation.isOperating;
  }

  get isAtRest(): boolean {
    const { lambda, stepFunctions } = this.#parts.platform;
    return !this.isOperating && lambda.isIdle && stepFunctions.isIdle;
  }

  async running(): Promise<readonly string[]> {
    const { lambda, stepFunctions } = this.#parts.platform;
    return [
      ...lambda.waitingFor.map((name) => `function ${name}`),
      ...stepFunctions.running.map((name) => `state machine ${name}`),
    ];
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
    const { platform, claim } = this.#parts;
    claim.beginToClose();
    await platform.stepFunctions.close();
    await platform.lambda.close();
    await platform.gateway.close();
    claim.release();
  }

  /** New operations come after those that were interrupted; who waits for that is told. */
  async #recovery(): Promise<void> {
    if (!this.#isRecovering) return;
    const { cloudFormation, broadcast } = this.#parts;
    for (const { name, status, parentId } of cloudFormation.listStacks()) {
      if (parentId !== undefined || !status.endsWith('_IN_PROGRESS')) continue;
      broadcast.warning(`${name} is in ${status}: the operation that was interrupted is finished first.`);
    }
    await this.#recovered;
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
      onFailure: options.onFailure,
      rollbackAlarms: options.rollbackAlarms,
      monitoringSeconds: options.monitoringSeconds,
    });
  }
}

function noStack(name: string, known: readonly string[]): AwsError {
  const there = known.length === 0 ? 'There are no stacks.' : `There are: ${known.join(', ')}.`;
  return new AwsError('ValidationError', `Stack with id ${name} does not exist. ${there}`);
}

/** What `cdk bootstrap` leaves behind, in a version that no template asks more of. */
const BOOTSTRAP_VERSION = '30';

export function ensureBootstrapped(parameters: Platform['parameters'], name: string): void {
  if (!parameters.find(name)) parameters.put({ name, type: 'String', tier: 'Standard' }, BOOTSTRAP_VERSION);
}
