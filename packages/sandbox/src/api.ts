/** The sandbox as its users see it: the CLI, the demo and the tests. `openSandbox` in ./index.ts makes one. */

export interface SandboxOptions {
  /** Folder that holds everything between commands. Made when missing. One process at a time may hold it. */
  readonly stateDir: string;
  /**
   * A PostgreSQL server to use instead of PGlite, as a connection URL with the right to create databases. The folder
   * remembers it for when it is opened without.
   */
  readonly postgresUrl?: string;
  /**
   * A MySQL or MariaDB server for clusters with such an engine, as a connection URL with the right to create databases; without
   * one they run no SQL. Needs the package `mysql2`. The folder remembers it likewise.
   */
  readonly mysqlUrl?: string;
  /** Values for facts about AWS that no document settles, by name; see README.md. */
  readonly assumptions?: Readonly<Record<string, string>>;
  /** Called for each stack event as it happens. */
  readonly onStackEvent?: (event: StackEvent) => void;
  /** Called for what the user should know (an inert resource type, a skipped asset). Default: silence. */
  readonly onWarning?: (message: string) => void;
  /** Called with each line that a Lambda function prints. Default: kept in `<stateDir>/logs/<function>.log` only. */
  readonly onFunctionLog?: (functionName: string, line: string) => void;
}

export interface StackEvent {
  readonly stack: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly time: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason: string;
}

/** Makes a resource fail on purpose, at its next create or update. */
export interface FailureInjection {
  /** A logical id, `Child.Resource` in a nested stack, or the path of a construct in the app: `Stack/Api`. */
  readonly logicalId: string;
  readonly on?: 'create' | 'update';
}

/** OnFailure of CreateStack. `DO_NOTHING` keeps what was created, as `disableRollback` does. */
export type OnFailure = 'ROLLBACK' | 'DELETE' | 'DO_NOTHING';

export interface DeployOptions {
  /** A cloud assembly (`cdk.out`): its assets are published, its stacks deployed in dependency order. */
  readonly assembly: string;
  /** Only these stacks and what they depend on. Default: all. */
  readonly stacks?: readonly string[];
  /** Template parameters: `NAME=value` for all stacks or `STACK:NAME=value` for one. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly fail?: readonly FailureInjection[];
  /** `--no-rollback`: keep what was done when something fails. */
  readonly disableRollback?: boolean;
  /** What becomes of a stack whose first deployment fails. Not together with `disableRollback`. Default: ROLLBACK. */
  readonly onFailure?: OnFailure;
  /** Rollback triggers: alarm ARNs or names, and how long they are watched after all resources are deployed. */
  readonly rollbackAlarms?: readonly string[];
  readonly monitoringSeconds?: number;
}

export interface StackResult {
  readonly stack: string;
  /** A status of CloudFormation, for example `UPDATE_ROLLBACK_COMPLETE`. */
  readonly status: string;
  readonly reason: string;
  /** The events of this operation, oldest first. */
  readonly events: readonly StackEvent[];
  readonly outputs: Readonly<Record<string, string>>;
  /** True when a deployment found nothing to change. */
  readonly unchanged: boolean;
}

export interface StackSummary {
  readonly stack: string;
  readonly status: string;
  /** Why it has this status, where there is a reason. */
  readonly reason: string;
  readonly id: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** True for a stack that is a resource of another one. */
  readonly nested: boolean;
}

export interface Sandbox {
  /** For example `http://127.0.0.1:40123`; every service answers there. */
  readonly endpoint: string;
  /** What a process needs to use this AWS: `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_<SERVICE>`, region, credentials. */
  readonly environmentVariables: Readonly<Record<string, string>>;
  deploy(options: DeployOptions): Promise<readonly StackResult[]>;
  /** Deletes stacks (all when none is named), dependents first. */
  destroy(stacks?: readonly string[]): Promise<readonly StackResult[]>;
  cancelUpdate(stack: string): Promise<void>;
  continueUpdateRollback(stack: string, resourcesToSkip?: readonly string[]): Promise<StackResult>;
  /** CloudFormation's RollbackStack: from CREATE_FAILED or UPDATE_FAILED to the last stable state. */
  rollbackStack(stack: string): Promise<StackResult>;
  setAlarm(alarm: string, state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'): Promise<void>;
  stacks(): Promise<readonly StackSummary[]>;
  /** All events of a stack since it was created, oldest first. */
  events(stack: string): Promise<readonly StackEvent[]>;
  /** The resources of a stack as CloudFormation knows them. */
  resources(stack: string): Promise<
    readonly {
      readonly logicalId: string;
      readonly physicalId: string;
      readonly type: string;
      readonly status: string;
    }[]
  >;
  /** Runs SQL on a cluster's database; rows as objects. `cluster` is its ARN or identifier. */
  sql(cluster: string, database: string, statement: string): Promise<readonly Record<string, unknown>[]>;
  /** Invokes a function as `RequestResponse`; throws with the function's error. */
  invoke(functionName: string, payload: unknown): Promise<unknown>;
  /** Sees every request to a service before it is handled and after; for crash tests. Returns how to stop watching. */
  intercept(interceptor: Interceptor): () => void;
  /** The functions and state machines that events have started and that are not done, by name. */
  running(): Promise<readonly string[]>;
  /** Waits until no event is left to deliver and no state machine runs. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** One call that a Lambda process (or the host) makes to a service. */
export interface ObservedCall {
  readonly service: string;
  readonly operation: string;
  /** Name of the calling function; undefined for calls of the host. */
  readonly functionName: string | undefined;
  readonly body: string;
  /** Kills the calling Lambda process at once (SIGKILL). The platform sees a crash. */
  kill(): void;
  /** Stops (SIGSTOP) the calling process and returns how to continue it. */
  pause(): () => void;
}

export interface Interceptor {
  /** Before the service sees the request. May delay, kill, or answer in the service's place by throwing an AwsError. */
  before?(call: ObservedCall): Promise<void> | void;
  /** After the service did it, before the caller learns of it. */
  after?(call: ObservedCall): Promise<void> | void;
}
