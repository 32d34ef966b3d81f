import { randomBytes } from 'node:crypto';

/** Who may make a request: the user (no role) or the session of a role, perhaps a Lambda process. */
export interface Caller {
  /** Undefined for the host, which owns the account and may do everything. */
  readonly roleName: string | undefined;
  readonly sessionName: string;
  readonly functionName?: string;
  /** Present for Lambda processes, so that an interceptor can kill or stop the one that called. */
  readonly process?: CallingProcess;
}

export interface CallingProcess {
  kill(): void;
  pause(): () => void;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

const HOST: Caller = { roleName: undefined, sessionName: 'host' };

/**
 * Which access key belongs to whom. Each Lambda process has keys of its own, so a request tells which process made it.
 * A key that was never issued here is the host's: users come with whatever credentials their shell has.
 */
export class Callers {
  readonly #byKey = new Map<string, Caller>();
  readonly #byPort = new Map<number, Caller>();

  issue(caller: Caller): Credentials {
    const credentials = {
      accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(48).toString('base64'),
    };
    this.#byKey.set(credentials.accessKeyId, caller);
    return credentials;
  }

  revoke(accessKeyId: string): void {
    this.#byKey.delete(accessKeyId);
  }

  find(accessKeyId: string | undefined): Caller {
    return (accessKeyId !== undefined && this.#byKey.get(accessKeyId)) || HOST;
  }

  /** Unsigned requests (answers to CloudFormation) are told apart by the local port of the process's connection. */
  connected(port: number, caller: Caller): void {
    this.#byPort.set(port, caller);
  }

  disconnected(port: number): void {
    this.#byPort.delete(port);
  }

  findByPort(port: number | undefined): Caller | undefined {
    return port === undefined ? undefined : this.#byPort.get(port);
  }
}
