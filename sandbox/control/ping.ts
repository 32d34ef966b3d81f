import { request } from 'node:http';

/** Marks control requests. A web page cannot send it across origins, so no page can command a sandbox. */
export const CONTROL_HEADER = 'x-sandbox-control';
const PATIENCE_MS = 3000;

export interface Greeting {
  readonly pid: number;
  readonly environmentVariables: Readonly<Record<string, string>>;
}

/** The pid of the sandbox that answers there; undefined when none does. */
export async function ping(endpoint: string): Promise<number | undefined> {
  return (await greet(endpoint))?.pid;
}

export function greet(endpoint: string): Promise<Greeting | undefined> {
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
    call.on('error', () => resolve(undefined));
    call.end();
  });
}

function parse(body: string): Greeting | undefined {
  try {
    return JSON.parse(body) as Greeting;
  } catch {
    return undefined;
  }
}
