import { AwsError } from '../../aws-error';
import type { StateStore } from '../../state';
import { arn } from '../arn';
import type { Environment } from '../service';
import type { JsonObject } from './definition';
import { interpreter } from './interpreter';

export interface MachineRecord {
  readonly name: string;
  readonly definition: JsonObject;
  readonly roleArn: string;
  readonly type: string;
  /** ISO 8601. */
  readonly created: string;
}

type Machines = Readonly<Record<string, MachineRecord>>;

const DOCUMENT = 'step-functions/machines.json';

/** The state machines of the account. A running execution keeps the definition it started with. */
export class MachineStore {
  constructor(
    private readonly state: StateStore,
    private readonly environment: Environment,
  ) {}

  arnOf(name: string): string {
    return arn(this.environment, 'states', `stateMachine:${name}`);
  }

  executionArnOf(machine: string, execution: string): string {
    return arn(this.environment, 'states', `execution:${machine}:${execution}`);
  }

  all(): readonly MachineRecord[] {
    return Object.values(this.#machines());
  }

  get(machineArn: string): MachineRecord {
    const found = this.#machines()[machineArn.split(':').at(-1) ?? ''];
    if (found) return found;
    throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${machineArn}'`);
  }

  save(record: MachineRecord): void {
    validate(record.definition);
    this.state.write(DOCUMENT, { ...this.#machines(), [record.name]: record });
  }

  delete(name: string): void {
    const { [name]: _deleted, ...rest } = this.#machines();
    this.state.write(DOCUMENT, rest);
  }

  #machines(): Machines {
    return this.state.read<Machines>(DOCUMENT, {});
  }
}

/** Definitions that were found valid, without their ARNs, which are not checked. */
const valid = new Set<string>();

/**
 * The interpreter's own check, which knows the whole language, also the parts that it cannot run. It takes a quarter of a
 * second, so a definition that differs from a valid one in ARNs only is not checked again.
 */
function validate(definition: JsonObject): void {
  const text = JSON.stringify(definition).replace(/"arn:[^"]*"/g, '"arn"');
  if (valid.has(text)) return;
  try {
    new (interpreter().StateMachine)(definition, {
      validationOptions: { checkArn: false, checkPaths: false },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AwsError('InvalidDefinition', `Invalid State Machine Definition: ${reason}`);
  }
  valid.add(text);
}
