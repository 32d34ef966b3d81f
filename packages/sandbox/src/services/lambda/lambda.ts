import { randomUUID } from 'node:crypto';
import { AwsError } from '../../aws-error';
import type { StateStore } from '../../state';
import type { Caller, Callers } from '../callers';
import type { Environment, Permission } from '../service';
import { AsyncQueue, type LostEvent } from './async-queue';
import { CodeStore } from './code-store';
import { ExecutionEnvironment } from './execution-environment';
import { failed, type InvocationResult } from './function-error';
import { type FunctionLog, functionLog } from './function-log';
import { type FunctionRecord, FunctionStore } from './function-store';
import { ProcessPool } from './pool';
import { bootstrapFile } from './runtime-files';
import { functionVariables } from './variables';

export interface LambdaOptions {
  readonly state: StateStore;
  readonly environment: Environment;
  readonly callers: Callers;
  readonly endpoints: () => Readonly<Record<string, string>>;
  readonly asyncRetryMs: number;
  /** Throws AccessDeniedException. */
  readonly authorize: (caller: Caller, permission: Permission) => void;
  readonly onLog?: FunctionLog;
  readonly onWarning: (message: string) => void;
}

/** The function service: records of functions, their code, and the processes that run it. */
export class Lambda {
  readonly functions: FunctionStore;
  readonly code: CodeStore;
  readonly #pool = new ProcessPool();
  readonly #queue: AsyncQueue;
  readonly #log: FunctionLog;

  constructor(private readonly options: LambdaOptions) {
    this.functions = new FunctionStore(options.state, options.environment);
    this.code = new CodeStore(options.state);
    // While nothing runs yet, no process can still need the code of a function that was updated or deleted.
    this.code.sweep(new Set(this.functions.all().map((record) => record.codeDigest)));
    this.#log = functionLog(options.state, options.onLog);
    this.#queue = new AsyncQueue({
      invoke: (name, payload, requestId) => this.invoke(name, payload, requestId),
      retries: (name) => this.functions.find(name)?.asyncRetries ?? 0,
      maxAgeMs: (name) => (this.functions.find(name)?.asyncMaxAgeSeconds ?? LONGEST_AGE_SECONDS) * 1000,
      retryDelayMs: options.asyncRetryMs,
      onGivenUp: (event) => this.#handOn(event),
    });
  }

  /** Waits for the answer. Function errors are results; what AWS refuses before running anything is thrown. */
  async invoke(nameOrArn: string, payload: string, requestId: string = randomUUID()): Promise<InvocationResult> {
    const record = this.functions.get(nameOrArn);
    const refusal = this.whyItCannotRun(nameOrArn);
    if (refusal !== undefined) return failed({ errorType: 'Runtime.Unsupported', errorMessage: refusal });
    this.#requireCapacity(record);
    return this.#pool.use(
      record.name,
      `${record.codeDigest} ${record.lastModified}`,
      () => this.#start(record),
      (environment) => environment.invoke(requestId, payload || '{}'),
    );
  }

  /** Undefined for functions that run here. */
  whyItCannotRun(nameOrArn: string): string | undefined {
    const { name, runtime } = this.functions.get(nameOrArn);
    if (runtime.startsWith('nodejs')) return undefined;
    return (
      `The sandbox runs nodejs functions only, but function ${name} has the runtime '${runtime}'. ` +
      'Give it a nodejs runtime, or keep it from being called in the sandbox.'
    );
  }

  /** Accepts an event to run it later (`InvocationType: Event`). */
  invokeAsync(nameOrArn: string, payload: string): string {
    const record = this.functions.get(nameOrArn);
    const requestId = randomUUID();
    this.#queue.push(record.name, payload, requestId);
    return requestId;
  }

  /** To be called after a change of code or configuration: the next invocation runs in a new process. */
  retire(functionName: string): void {
    this.#pool.retire(functionName);
  }

  get isIdle(): boolean {
    return this.#queue.isEmpty;
  }

  /** The functions that still have events. */
  get waitingFor(): readonly string[] {
    return this.#queue.functionNames;
  }

  drained(): Promise<void> {
    return this.#queue.drained();
  }

  async close(): Promise<void> {
    this.#queue.close();
    await this.#pool.close();
  }

  /** To the destination of the function, with the role of the function (aws-facts LAM-2). */
  #handOn(event: LostEvent): void {
    const { functionName, reason } = event;
    this.options.onWarning(`An event for function ${functionName} was given up: ${reason}`);
    const record = this.functions.find(functionName);
    if (!record?.asyncOnFailure) return;
    try {
      const destination = this.functions.get(record.asyncOnFailure);
      const caller = { roleName: record.roleArn.split('/').at(-1), sessionName: record.name };
      const resource = this.functions.arnOf(destination.name);
      this.options.authorize(caller, { action: 'lambda:InvokeFunction', resource });
      this.invokeAsync(destination.name, JSON.stringify(invocationRecord(event, this.functions.arnOf(functionName))));
    } catch (error) {
      this.options.onWarning(`It could not go to ${record.asyncOnFailure} either: ${messageOf(error)}`);
    }
  }

  #requireCapacity({ name, reservedConcurrency }: FunctionRecord): void {
    if (reservedConcurrency === undefined || this.#pool.running(name) < reservedConcurrency) return;
    throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429, {
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      Type: 'User',
    });
  }

  #start(record: FunctionRecord): ExecutionEnvironment {
    const { callers, environment } = this.options;
    const caller = {
      roleName: record.roleArn.split('/').at(-1),
      sessionName: record.name,
      functionName: record.name,
      process: { kill: () => started.kill(), pause: () => started.pause() },
    };
    const credentials = callers.issue(caller);
    const taskRoot = this.code.folderOf(record.codeDigest);
    const started: ExecutionEnvironment = new ExecutionEnvironment({
      bootstrap: bootstrapFile(),
      taskRoot,
      timeoutSeconds: record.timeoutSeconds,
      functionArn: this.functions.arnOf(record.name),
      variables: functionVariables({
        record,
        taskRoot,
        runtimeModules: this.code.runtimeModules,
        environment,
        credentials,
        endpoints: this.options.endpoints(),
      }),
      onLog: (line) => this.#log(record.name, line),
      onConnection: (port, open) => (open ? callers.connected(port, caller) : callers.disconnected(port)),
    });
    started.exited.then(() => callers.revoke(credentials.accessKeyId));
    return started;
  }
}

/** What Lambda does without a MaximumEventAgeInSeconds. */
const LONGEST_AGE_SECONDS = 21_600;

function invocationRecord({ requestId, condition, attempts, payload, result }: LostEvent, functionArn: string) {
  return {
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: { requestId, functionArn: `${functionArn}:$LATEST`, condition, approximateInvokeCount: attempts },
    requestPayload: JSON.parse(payload) as unknown,
    ...(result && {
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: JSON.parse(result.payload) as unknown,
    }),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
