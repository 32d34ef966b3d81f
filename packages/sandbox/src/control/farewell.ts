import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { holderOf } from './folder-lock';
import { CONTROL_HEADER } from './ping';
import { CONNECTION_REQUESTS, type Farewell } from './protocol';

/** How long a process that ends may take to close its databases. */
const ENDING_MS = 30_000;

/** A control request of a client. */
export function controlRequest(
  endpoint: string,
  client: string,
  name: string,
  body: unknown,
  onResponse: (response: IncomingMessage) => void,
): ClientRequest {
  const headers = { [CONTROL_HEADER]: client, 'content-type': 'application/json' };
  const options = { method: 'POST', headers, agent: false };
  const made = request(`${endpoint}/_sandbox/${name}`, options, (response) => {
    response.setEncoding('utf8');
    onResponse(response);
  });
  made.end(JSON.stringify(body));
  return made;
}

/** Asks the sandbox of a folder to end if nobody uses it. Says whether it does; then it has, when this returns. */
export function askToYield(folder: string, endpoint: string): Promise<boolean> {
  return askToEnd(folder, endpoint, 'yield', 'visitor');
}

export async function askToEnd(
  folder: string,
  endpoint: string,
  how: Exclude<keyof typeof CONNECTION_REQUESTS, 'attach'>,
  client: string,
): Promise<boolean> {
  const before = await holderOf(folder);
  const ends = await ask(endpoint, how, client);
  for (const end = Date.now() + ENDING_MS; ends && Date.now() < end; await sleep(10)) {
    const holder = await holderOf(folder);
    if (holder === undefined || holder.pid !== before?.pid) break;
  }
  return ends;
}

function ask(endpoint: string, how: keyof typeof CONNECTION_REQUESTS, client: string): Promise<boolean> {
  return new Promise((resolve) => {
    const call = controlRequest(endpoint, client, CONNECTION_REQUESTS[how], {}, (response) => {
      let body = '';
      response.on('data', (part: string) => {
        body += part;
      });
      response.on('end', () => resolve(response.statusCode === 200 && (JSON.parse(body) as Farewell).ends));
      response.on('error', () => resolve(true));
    });
    // It has ended already.
    call.on('error', () => resolve(true));
  });
}
