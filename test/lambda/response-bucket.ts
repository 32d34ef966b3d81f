import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface ReceivedAnswer {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Plays the S3 that CloudFormation's response URLs point to. */
export interface ResponseBucket {
  readonly received: readonly ReceivedAnswer[];
  /** A URL with a signature, as CloudFormation gives them. */
  url(name: string): string;
  /** What the next answers are met with, a status or also a body; 200 after that. */
  respondWith(...responses: readonly (number | readonly [status: number, body: string])[]): void;
  /** The bodies received so far, parsed. */
  bodies(): readonly Readonly<Record<string, unknown>>[];
  /** Forgets everything that was received. */
  forget(): void;
  close(): Promise<void>;
}

/** Must never be seen in a log: whoever has it can answer in our name. */
export const signature = 'X-Amz-Signature=5ec3e75193a7e';

export async function openResponseBucket(): Promise<ResponseBucket> {
  const received: ReceivedAnswer[] = [];
  const responses: (readonly [status: number, body: string])[] = [];
  const server = createServer(async (message, response) => {
    const { method = '', url = '', headers } = message;
    received.push({ method, url, headers, body: await text(message) });
    const [status, body] = responses.shift() ?? [200, ''];
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    received,
    url: (name) => `http://127.0.0.1:${port}/${name}?${signature}`,
    respondWith: (...next) =>
      void responses.push(...next.map((one) => (typeof one === 'number' ? ([one, ''] as const) : one))),
    bodies: () => received.map(({ body }) => JSON.parse(body)),
    forget() {
      received.length = 0;
      responses.length = 0;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
