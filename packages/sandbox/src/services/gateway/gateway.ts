import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Interceptor } from '../../api';
import { AwsError } from '../../aws-error';
import type { StateStore } from '../../state';
import type { Caller, Callers } from '../callers';
import type { Permission, Service, ServiceRequest, ServiceResponse } from '../service';
import { type DecodedRequest, decode } from './decode';
import { encodeError } from './encode-error';
import { Interceptors } from './interceptors';

export interface GatewayOptions {
  readonly state: StateStore;
  readonly callers: Callers;
  /** Throws AccessDenied when the caller's policies do not allow it. */
  readonly authorize: (caller: Caller, permissions: readonly Permission[], service: Service) => void;
  /** Takes requests below `/_sandbox/`; they are no AWS requests. */
  readonly control: (message: IncomingMessage, response: ServerResponse, body: Buffer) => Promise<void>;
}

const CONTROL_PREFIX = '/_sandbox/';
/** How long an unsigned request waits for its process to report the connection it came from. */
const CONNECTION_REPORT_MS = 250;

/** The one HTTP endpoint of this AWS. Requests find their service by the credential scope of their signature. */
export class Gateway {
  readonly #services = new Map<string, Service>();
  readonly #interceptors = new Interceptors();
  readonly #server: Server;

  constructor(private readonly options: GatewayOptions) {
    this.#server = createServer((message, response) => {
      this.#answer(message, response).catch(() => response.destroy());
    });
    this.#server.requestTimeout = 0;
    // Longer than the SDKs keep idle connections: the server never closes one that a client is about to use.
    this.#server.keepAliveTimeout = 60_000;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  register(service: Service): void {
    for (const name of service.signingNames) this.#services.set(name, service);
  }

  intercept(interceptor: Interceptor): () => void {
    return this.#interceptors.add(interceptor);
  }

  /** Prefers the port of last time: endpoints that the user noted stay valid. */
  async listen(): Promise<void> {
    const { port } = this.options.state.read('gateway.json', { port: 0 });
    await this.#bind(port).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      return this.#bind(0);
    });
    this.options.state.write('gateway.json', { port: (this.#server.address() as AddressInfo).port });
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
    await Promise.all([...new Set(this.#services.values())].map((service) => service.close?.()));
  }

  #bind(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(message);
    if (message.url?.startsWith(CONTROL_PREFIX)) return this.options.control(message, response, body);
    const decoded = decode(message, body);
    const result = await this.#serve(decoded, message.socket.remotePort);
    if (result === undefined) return void response.destroy();
    send(response, result);
  }

  /** Undefined when the caller was killed on the way. */
  async #serve(
    { signingName, request }: DecodedRequest,
    port: number | undefined,
  ): Promise<ServiceResponse | undefined> {
    const service = this.#services.get(signingName);
    if (!service) return encodeError(this.#unknown(signingName), protocolOf(request), request);
    try {
      const caller = await this.#caller(request, port);
      const observation = this.#interceptors.observe(signingName, request, caller);
      if (!(await observation.before())) return undefined;
      const answer = await this.#handle(service, request, caller);
      return (await observation.after()) ? answer : undefined;
    } catch (error) {
      return encodeError(error, service.protocol, request);
    }
  }

  async #handle(service: Service, request: ServiceRequest, caller: Caller): Promise<ServiceResponse> {
    try {
      const needed = service.permission(request);
      if (needed !== null) this.options.authorize(caller, 'action' in needed ? [needed] : needed, service);
      return await service.handle(request);
    } catch (error) {
      return encodeError(error, service.protocol, request);
    }
  }

  /** Only interceptors ask who sent an unsigned request, so only then is it worth waiting to know. */
  async #caller(request: ServiceRequest, port: number | undefined): Promise<Caller> {
    if (request.accessKeyId !== undefined || this.#interceptors.isEmpty) {
      return this.options.callers.find(request.accessKeyId);
    }
    const deadline = Date.now() + CONNECTION_REPORT_MS;
    let caller = this.options.callers.findByPort(port);
    while (!caller && Date.now() < deadline) {
      await sleep(5);
      caller = this.options.callers.findByPort(port);
    }
    return caller ?? this.options.callers.find(undefined);
  }

  #unknown(signingName: string): AwsError {
    const known = [...this.#services.keys()].sort().join(', ');
    return new AwsError(
      'UnrecognizedClientException',
      `The sandbox has no service with the signing name '${signingName}'. It has: ${known}.`,
      501,
    );
  }
}

function protocolOf(request: ServiceRequest): Service['protocol'] {
  if (request.headers['x-amz-target']) return 'json';
  return request.operation ? 'query' : 'rest-json';
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function send(response: ServerResponse, result: ServiceResponse): void {
  const body = Buffer.from(result.body ?? '');
  const headers: Record<string, string> = { 'x-amzn-requestid': crypto.randomUUID(), ...result.headers };
  // An answer to HEAD names the length of the body it does not have.
  headers['content-length'] ??= String(body.length);
  response.writeHead(result.statusCode, headers);
  response.end(body);
}
