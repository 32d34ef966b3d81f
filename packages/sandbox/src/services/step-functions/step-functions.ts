import { isDeepStrictEqual } from 'node:util';
import { AwsError } from '../../aws-error';
import type { StateStore } from '../../state';
import type { Caller } from '../callers';
import { functionNameOf, type Lambda } from '../lambda';
import type { Environment, Permission } from '../service';
import type { Json } from './definition';
import { type ExecutionRecord, ExecutionStore, type HistoryEvent } from './execution-store';
import { type MachineRecord, MachineStore } from './machine-store';
import { type MachineRun, runMachine } from './run-machine';
import type { TaskContext } from './task';

export interface StepFunctionsOptions {
  readonly state: StateStore;
  readonly environment: Environment;
  readonly lambda: Lambda;
  /** Throws AccessDeniedException. */
  readonly authorize: (caller: Caller, permission: Permission) => void;
  readonly crashError: 'typed' | 'unknown';
}

const NAME = /^[A-Za-z0-9_.-]{1,80}$/;
const MAX_INPUT_BYTES = 262_144;

/** The state machine service: machines, and their executions while they run and after. */
export class StepFunctions {
  readonly machines: MachineStore;
  readonly executions: ExecutionStore;
  readonly #running = new Map<string, { readonly run: MachineRun; readonly done: Promise<void> }>();

  constructor(private readonly options: StepFunctionsOptions) {
    this.machines = new MachineStore(options.state, options.environment);
    this.executions = new ExecutionStore(options.state);
  }

  /** A repeated start with the same name and input while the first runs is the same execution (aws-facts SFN-1). */
  start(machineArn: string, name: string, input: string): ExecutionRecord {
    const machine = this.machines.get(machineArn);
    if (!NAME.test(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
    const parsed = parseInput(input);
    const executionArn = this.machines.executionArnOf(machine.name, name);
    const known = this.executions.find(executionArn);
    if (known) return sameExecution(known, parsed);
    const record: ExecutionRecord = {
      executionArn,
      stateMachineArn: this.machines.arnOf(machine.name),
      name,
      status: 'RUNNING',
      input,
      startDate: new Date().toISOString(),
      history: [],
    };
    this.executions.save(record);
    this.#run(machine, record, parsed);
    return record;
  }

  stop(executionArn: string, error?: string, cause?: string): ExecutionRecord {
    const record = this.executions.get(executionArn);
    if (record.status !== 'RUNNING') return record;
    const stopped = { ...record, status: 'ABORTED', error, cause, stopDate: new Date().toISOString() } as const;
    this.executions.save(stopped);
    this.#running.get(executionArn)?.run.abort();
    return stopped;
  }

  get isIdle(): boolean {
    return this.#running.size === 0;
  }

  /** The machines that run. */
  get running(): readonly string[] {
    const names = [...this.#running.keys()].map((executionArn) => executionArn.split(':').at(-2) ?? executionArn);
    return [...new Set(names)];
  }

  async drained(): Promise<void> {
    while (!this.isIdle) await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  async close(): Promise<void> {
    const running = [...this.#running.values()];
    for (const { run } of running) run.abort();
    await Promise.all(running.map(({ done }) => done));
  }

  #run(machine: MachineRecord, record: ExecutionRecord, input: Json): void {
    const history: HistoryEvent[] = [];
    const context = {
      Execution: { Id: record.executionArn, Name: record.name, RoleArn: machine.roleArn, StartTime: record.startDate },
      ExecutionInput: input,
      StateMachine: { Id: record.stateMachineArn, Name: machine.name },
    };
    const run = this.#begin(machine, input, context, record.name, (event) => history.push(event));
    const done = run.result
      .then(
        (output) => ({ status: 'SUCCEEDED', output: JSON.stringify(output) }) as const,
        (error: unknown) => outcomeOf(error),
      )
      .then((outcome) => {
        this.#running.delete(record.executionArn);
        const current = this.executions.get(record.executionArn);
        const ended = current.status === 'RUNNING' ? { ...outcome, stopDate: new Date().toISOString() } : {};
        this.executions.save({ ...current, ...ended, history });
      });
    this.#running.set(record.executionArn, { run, done });
  }

  #begin(...[machine, input, context, session, onEvent]: BeginArguments): MachineRun {
    try {
      return runMachine(machine.definition, input, context, this.#tasks(machine, session), onEvent);
    } catch (error) {
      return { result: Promise.reject(error), abort: () => {} };
    }
  }

  #tasks(machine: MachineRecord, session: string): TaskContext {
    const { lambda, crashError } = this.options;
    const caller: Caller = { roleName: machine.roleArn.split('/').at(-1), sessionName: session };
    const allow = (functionName: string) =>
      this.options.authorize(caller, {
        action: 'lambda:InvokeFunction',
        resource: lambda.functions.arnOf(functionNameOf(functionName)),
      });
    return {
      crashError,
      async invoke(functionName, payload) {
        allow(functionName);
        return lambda.invoke(functionName, payload);
      },
      invokeAsync(functionName, payload) {
        allow(functionName);
        lambda.invokeAsync(functionName, payload);
      },
    };
  }
}

type BeginArguments = [
  machine: MachineRecord,
  input: Json,
  context: Parameters<typeof runMachine>[2],
  session: string,
  onEvent: (event: HistoryEvent) => void,
];

function sameExecution(known: ExecutionRecord, input: Json): ExecutionRecord {
  if (known.status === 'RUNNING' && isDeepStrictEqual(JSON.parse(known.input), input)) return known;
  throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${known.executionArn}'`);
}

function parseInput(input: string): Json {
  if (Buffer.byteLength(input) > MAX_INPUT_BYTES) {
    throw new AwsError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: more than ${MAX_INPUT_BYTES} bytes`,
    );
  }
  try {
    return JSON.parse(input) as Json;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${reason}'`);
  }
}

function outcomeOf(error: unknown): Pick<ExecutionRecord, 'status' | 'error' | 'cause'> {
  if (!(error instanceof Error)) return { status: 'FAILED', error: 'States.Runtime', cause: String(error) };
  if (error.name === 'ExecutionTimeoutError') return { status: 'TIMED_OUT' };
  if (error.name === 'ExecutionAbortedError') return { status: 'ABORTED' };
  // A Fail state without an Error has none in AWS either; the interpreter makes one up.
  const name = error.name === 'FailStateError' ? undefined : error.name;
  return { status: 'FAILED', error: name, cause: error.message };
}
