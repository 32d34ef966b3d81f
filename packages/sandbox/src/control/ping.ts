import { statSync } from 'node:fs';
import { request } from 'node:http';

/** Marks control requests, and names the client. A web page cannot send it across origins, so no page can command a sandbox. */
export const CONTROL_HEADER = 'x-sandbox-control';
const PATIENCE_MS = 3000;

export interface Greeting {
  readonly pid: number;
  /** See {@link identityOf}. */
  readonly folder: string;
  readonly environmentVariables: Readonly<Record<string, string>>;
  readonly settings: Settings;
}

/** Tells a folder from a copy of it, in which there is a copy of the lock too. */
export function identityOf(folder: string): string {
  const { dev, ino } = statSync(folder);
  return `${dev}:${ino}`;
}

/** What a sandbox was started with, for clients that ask for something else. */
export interface Settings {
  readonly assumptions: Readonly<Record<string, string>>;
  /** Digest of the URL, which has a password in it. */
  readonly postgres?: string;
  /** Likewise. */
  readonly mysql?: string;
  /** Variables of the environment that make a difference. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The greeting of the sandbox that answers there; `refused` when no process listens, `silent` when the answer takes too long. */
export function greet(endpoint: string): Promise<Greeting | 'refused' | 'silent'> {
  return new Promise((resolve) => {
    const options = { headers: { [CONTROL_HEADER]: '1' }, timeout: PATIENCE_MS, agent: false };
    const call = request(`${endpoint}/_sandbox/ping`, options, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      response.on('end', () => resolve(parse(body)));
    });
    call.on('timeout', () => call.destroy());
    call.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED' ? 'refused' : 'silent'));
    call.end();
  });
}

/** Something else than a sandbox may have got the port since. */
function parse(body: string): Greeting | 'refused' {
  try {
    return JSON.parse(body) as Greeting;
  } catch {
    return 'refused';
  }
}
