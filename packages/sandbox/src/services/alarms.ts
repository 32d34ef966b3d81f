import { AwsError } from '../aws-error';
import type { StateStore } from '../state';
import { arn } from './arn';
import type { Environment } from './service';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

type Alarms = Readonly<Record<string, AlarmState>>;

const DOCUMENT = 'alarms.json';

/** CloudWatch alarms. Nothing is measured here: the user or a test sets the state of an alarm. */
export class AlarmStore {
  constructor(
    private readonly state: StateStore,
    private readonly environment: Environment,
  ) {}

  arnOf(name: string): string {
    return arn(this.environment, 'cloudwatch', `alarm:${name}`);
  }

  create(name: string): void {
    this.#write({ ...this.#alarms(), [name]: this.#alarms()[name] ?? 'INSUFFICIENT_DATA' });
  }

  delete(name: string): void {
    const { [name]: _deleted, ...rest } = this.#alarms();
    this.#write(rest);
  }

  /** By name or ARN; undefined when there is no such alarm. */
  stateOf(nameOrArn: string): AlarmState | undefined {
    return this.#alarms()[nameOf(nameOrArn)];
  }

  set(nameOrArn: string, state: AlarmState): void {
    const name = nameOf(nameOrArn);
    if (this.#alarms()[name] === undefined) {
      const known = Object.keys(this.#alarms()).join(', ') || 'none';
      throw new AwsError('ResourceNotFound', `There is no alarm '${name}'. The sandbox has: ${known}.`, 404);
    }
    this.#write({ ...this.#alarms(), [name]: state });
  }

  #alarms(): Alarms {
    return this.state.read<Alarms>(DOCUMENT, {});
  }

  #write(alarms: Alarms): void {
    this.state.write(DOCUMENT, alarms);
  }
}

function nameOf(nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? (nameOrArn.split(':alarm:')[1] ?? nameOrArn) : nameOrArn;
}
