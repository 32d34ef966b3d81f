import type { StateStore } from '../../state';
import { arn } from '../arn';
import type { Input } from '../input';
import type { Environment } from '../service';
import type { TargetInput } from './target-input';

export interface RuleTarget extends TargetInput {
  readonly arn: string;
  /** For state machines: the role that may start them. */
  readonly roleArn?: string;
}

export interface Rule {
  readonly name: string;
  readonly enabled: boolean;
  /** Undefined for schedules, which never fire here. */
  readonly pattern?: Input;
  readonly targets: readonly RuleTarget[];
}

type Rules = Readonly<Record<string, Rule>>;

const DOCUMENT = 'events.json';

/** The rules of the default bus. */
export class RuleStore {
  constructor(
    private readonly state: StateStore,
    private readonly environment: Environment,
  ) {}

  arnOf(name: string): string {
    return arn(this.environment, 'events', `rule/${name}`);
  }

  all(): readonly Rule[] {
    return Object.values(this.#rules());
  }

  save(rule: Rule): void {
    this.state.write(DOCUMENT, { ...this.#rules(), [rule.name]: rule });
  }

  delete(name: string): void {
    const { [name]: _deleted, ...rest } = this.#rules();
    this.state.write(DOCUMENT, rest);
  }

  #rules(): Rules {
    return this.state.read<Rules>(DOCUMENT, {});
  }
}
