import { randomBytes, randomUUID } from 'node:crypto';
import { AwsError } from '../../aws-error';
import type { StateStore } from '../../state';
import { arn } from '../arn';
import type { Environment } from '../service';

export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  /** Undefined until a value was put. */
  readonly value?: string;
  readonly previousValue?: string;
  readonly versionId: string;
  /** ISO 8601. */
  readonly created: string;
  readonly changed: string;
}

type Secrets = Readonly<Record<string, Secret>>;

const DOCUMENT = 'secrets.json';

/** The secrets of the account, by name. Values are plain text on this machine: they guard nothing here. */
export class SecretStore {
  #secrets: Secrets;

  constructor(
    private readonly state: StateStore,
    private readonly environment: Environment,
  ) {
    this.#secrets = state.read<Secrets>(DOCUMENT, {});
  }

  create(name: string, value: string | undefined, description = ''): Secret {
    if (this.#secrets[name]) {
      throw new AwsError('ResourceExistsException', `The operation failed because the secret ${name} already exists.`);
    }
    const now = new Date().toISOString();
    // The real ARN ends in six random characters, so that a deleted and re-made secret is another one.
    const suffix = randomBytes(6).toString('base64url').replace(/[-_]/g, 'x').slice(0, 6);
    const secretArn = arn(this.environment, 'secretsmanager', `secret:${name}-${suffix}`);
    const secret = { name, arn: secretArn, description, value, versionId: randomUUID(), created: now, changed: now };
    this.#save(secret);
    return secret;
  }

  put(id: string, value: string): Secret {
    const { value: previousValue, ...secret } = this.get(id);
    const changed = { ...secret, value, previousValue, versionId: randomUUID(), changed: new Date().toISOString() };
    this.#save(changed);
    return changed;
  }

  /** By name, ARN, or ARN without its random end. */
  find(id: string): Secret | undefined {
    return Object.values(this.#secrets).find(
      (secret) => secret.name === id || secret.arn === id || (id.startsWith('arn:') && secret.arn.slice(0, -7) === id),
    );
  }

  get(id: string): Secret {
    const found = this.find(id);
    if (found) return found;
    throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }

  delete(id: string): Secret | undefined {
    const secret = this.find(id);
    if (!secret) return undefined;
    const { [secret.name]: _deleted, ...rest } = this.#secrets;
    this.#write(rest);
    return secret;
  }

  #save(secret: Secret): void {
    this.#write({ ...this.#secrets, [secret.name]: secret });
  }

  #write(secrets: Secrets): void {
    this.#secrets = secrets;
    this.state.write(DOCUMENT, secrets);
  }
}
