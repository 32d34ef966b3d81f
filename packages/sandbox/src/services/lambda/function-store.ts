import { AwsError } from '../../aws-error';
import type { StateStore } from '../../state';
import { arn } from '../arn';
import type { Environment } from '../service';

export interface FunctionRecord {
  readonly name: string;
  readonly runtime: string;
  readonly handler: string;
  readonly roleArn: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly description: string;
  /** Digest of the code; names its folder. */
  readonly codeDigest: string;
  /** Undefined: limited by the machine only. */
  readonly reservedConcurrency?: number;
  /** How often a failed asynchronous invocation is tried again. */
  readonly asyncRetries: number;
  /** How old an asynchronous event may become. Undefined: 6 hours. */
  readonly asyncMaxAgeSeconds?: number;
  /** ARN of what gets asynchronous events that could not be worked on. */
  readonly asyncOnFailure?: string;
  readonly lastModified: string;
  /** Published versions, oldest first, and aliases by name. The sandbox keeps one code for all of them. */
  readonly versions: readonly string[];
  readonly aliases: Readonly<Record<string, string>>;
  readonly permissions: readonly FunctionPermission[];
}

/** A statement of the function's resource policy. */
interface FunctionPermission {
  readonly id: string;
  readonly action: string;
  readonly principal: string;
  readonly sourceArn?: string;
}

type Functions = Readonly<Record<string, FunctionRecord>>;

const DOCUMENT = 'lambda.json';

/** The functions of the account, kept between sandbox runs. */
export class FunctionStore {
  #functions: Functions;

  constructor(
    private readonly state: StateStore,
    private readonly environment: Environment,
  ) {
    this.#functions = state.read<Functions>(DOCUMENT, {});
  }

  arnOf(name: string): string {
    return arn(this.environment, 'lambda', `function:${name}`);
  }

  all(): readonly FunctionRecord[] {
    return Object.values(this.#functions);
  }

  find(name: string): FunctionRecord | undefined {
    return this.#functions[name];
  }

  /** By name, partial ARN or ARN, with or without a version or alias. */
  get(nameOrArn: string): FunctionRecord {
    const found = this.find(functionNameOf(nameOrArn));
    if (found) return found;
    const missing = nameOrArn.startsWith('arn:') ? nameOrArn : this.arnOf(nameOrArn);
    throw new AwsError('ResourceNotFoundException', `Function not found: ${missing}`, 404, { Type: 'User' });
  }

  save(record: FunctionRecord): void {
    this.#write({ ...this.#functions, [record.name]: record });
  }

  change(name: string, change: (record: FunctionRecord) => FunctionRecord): void {
    this.save(change(this.get(name)));
  }

  delete(name: string): void {
    const { [name]: _deleted, ...rest } = this.#functions;
    this.#write(rest);
  }

  #write(functions: Functions): void {
    this.#functions = functions;
    this.state.write(DOCUMENT, functions);
  }
}

/** `f`, `f:alias`, `123456789012:function:f` and `arn:aws:lambda:<region>:<account>:function:f[:alias]` all mean f. */
export function functionNameOf(nameOrArn: string): string {
  const [, afterKind] = nameOrArn.split(/:?function:/);
  return (afterKind ?? nameOrArn).split(':')[0] ?? nameOrArn;
}
