import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { decode } from '../../src/services/gateway/decode';
import { encodeError } from '../../src/services/gateway/encode-error';
import type { Service } from '../../src/services/service';

export interface ServedService {
  readonly endpoint: string;
  /** Options of an AWS SDK client that talks to the service. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    readonly maxAttempts: number;
  };
  /** Stops the server and not the service. */
  stopServing(): Promise<void>;
  /** Stops the server, then the service. */
  close(): Promise<void>;
}

/** One service on a port of its own, with the gateway's own decoding and error formats, and no permissions asked. */
export async function serveService(service: Service): Promise<ServedService> {
  const server = createServer(async (message, response) => {
    const { request } = decode(message, await buffer(message));
    const answer = await service
      .handle(request)
      .catch((error: unknown) => encodeError(error, service.protocol, request));
    response.writeHead(answer.statusCode, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stopServing = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    endpoint,
    client: {
      endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    },
    stopServing,
    async close() {
      await stopServing();
      await service.close?.();
    },
  };
}
