import { AwsError } from '../../aws-error';
import type { StateStore } from '../../state';

export interface ParameterVersion {
  readonly version: number;
  readonly value: string;
  readonly labels: readonly string[];
  /** ISO 8601. */
  readonly modified: string;
}

export interface Parameter {
  readonly name: string;
  readonly type: 'String' | 'StringList' | 'SecureString';
  readonly tier: 'Standard' | 'Advanced';
  /** Oldest first. */
  readonly versions: readonly ParameterVersion[];
}

type Parameters = Readonly<Record<string, Parameter>>;

const DOCUMENT = 'ssm.json';
const MAX_VERSIONS = 100;

/** The parameters of the account. A read may lag behind a write (aws-facts SSM-5). */
export class ParameterStore {
  #parameters: Parameters;

  constructor(
    private readonly state: StateStore,
    private readonly readLagMs: number,
  ) {
    this.#parameters = state.read<Parameters>(DOCUMENT, {});
  }

  all(): readonly Parameter[] {
    return Object.values(this.#parameters).sort((a, b) => a.name.localeCompare(b.name));
  }

  find(name: string): Parameter | undefined {
    return this.#parameters[name];
  }

  /** Writes the next version; the oldest one without a label makes room (aws-facts SSM-2). */
  put(parameter: Omit<Parameter, 'versions'>, value: string): ParameterVersion {
    const versions = this.find(parameter.name)?.versions ?? [];
    const version = (versions.at(-1)?.version ?? 0) + 1;
    const added = { version, value, labels: [], modified: new Date().toISOString() };
    const kept = versions.length < MAX_VERSIONS ? versions : withoutOldest(parameter.name, versions);
    this.save({ ...parameter, versions: [...kept, added] });
    return added;
  }

  save(parameter: Parameter): void {
    this.#write({ ...this.#parameters, [parameter.name]: parameter });
  }

  /** False when there was none. */
  delete(name: string): boolean {
    const { [name]: deleted, ...rest } = this.#parameters;
    this.#write(rest);
    return deleted !== undefined;
  }

  /** `name`, `name:3` or `name:label`. Undefined when the parameter or that version does not exist. */
  read(reference: string): { readonly parameter: Parameter; readonly version: ParameterVersion } | undefined {
    const { name, selector } = splitReference(reference);
    const parameter = this.find(name);
    const version = parameter && this.#select(parameter, selector);
    return parameter && version && { parameter, version };
  }

  #select(parameter: Parameter, selector: string | undefined): ParameterVersion | undefined {
    if (selector !== undefined) {
      return parameter.versions.find(
        ({ version, labels }) => String(version) === selector || labels.includes(selector),
      );
    }
    const visible = Date.now() - this.readLagMs;
    return parameter.versions.findLast(({ modified }) => Date.parse(modified) <= visible) ?? parameter.versions[0];
  }

  #write(parameters: Parameters): void {
    this.#parameters = parameters;
    this.state.write(DOCUMENT, parameters);
  }
}

/** Accepts a parameter's ARN too: `arn:aws:ssm:<region>:<account>:parameter/a/b[:version]`. */
export function splitReference(reference: string): { readonly name: string; readonly selector: string | undefined } {
  const plain = reference.replace(/^arn:aws:ssm:[^:]*:[^:]*:parameter/, '');
  const [name = '', selector] = plain.split(':');
  return { name, selector };
}

function withoutOldest(name: string, versions: readonly ParameterVersion[]): readonly ParameterVersion[] {
  const [oldest, ...rest] = versions;
  if (oldest?.labels.length === 0) return rest;
  throw new AwsError(
    'ParameterMaxVersionLimitExceeded',
    `Parameter ${name} has ${MAX_VERSIONS} versions and the oldest has a label. Move the label to a newer version first.`,
  );
}
