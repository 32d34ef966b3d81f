import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = Readonly<Record<string, unknown>>;

/** The server behind CloudFormation's pre-signed URL, for requests that a test sends itself. */
export class AnswerServer {
  readonly #expected = new Map<string, (answer: Answer) => void>();
  readonly #server: Server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    this.#expected.get(request.url ?? '')?.(JSON.parse(Buffer.concat(parts).toString('utf8')) as Answer);
    response.end();
  });

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** A new URL, and the answer that comes to it. */
  expect(): { readonly url: string; readonly answer: Promise<Answer> } {
    const path = `/${this.#expected.size}`;
    const { port } = this.#server.address() as AddressInfo;
    return {
      url: `http://127.0.0.1:${port}${path}`,
      answer: new Promise((resolve) => this.#expected.set(path, resolve)),
    };
  }
}
