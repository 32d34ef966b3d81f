import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { AwsError } from '../../../aws-error';
import { type RunningDynoxide, startDynoxide } from './start';

export interface Backend {
  /** Sends a request body as it is. `target` is the value of `x-amz-target`. */
  send(target: string, body: Buffer): Promise<BackendAnswer>;
  close(): Promise<void>;
}

export interface BackendAnswer {
  readonly statusCode: number;
  readonly body: Buffer;
}

export interface BackendOptions {
  readonly databaseFile: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A DynamoDB server of our own, started with the first request; or the one at `DYNAMODB_ENDPOINT`. */
export function openBackend({ databaseFile, env }: BackendOptions): Backend {
  const agent = new Agent({ keepAlive: true });
  const given = env['DYNAMODB_ENDPOINT'];
  let running: Promise<RunningDynoxide> | undefined;

  const start = (): Promise<RunningDynoxide> => {
    const starting = startDynoxide(databaseFile, env);
    const forget = () => {
      if (running === starting) running = undefined;
    };
    // One that failed to start or died is started again by the next request: its data is in the file.
    starting.then((server) => server.ended).then(forget, forget);
    return starting;
  };

  return {
    async send(target, body) {
      running ??= given ? undefined : start();
      const endpoint = given ?? (await running!).endpoint;
      const answer = await post(agent, endpoint, target, body);
      return { statusCode: answer.statusCode ?? 500, body: await buffer(answer) };
    },
    async close() {
      agent.destroy();
      await running?.then(
        (server) => server.stop(),
        () => {},
      );
    },
  };
}

/** The server checks that a request looks signed; the gateway has already found out who the caller is. */
const SIGNED = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-date': '20260101T000000Z',
  authorization:
    'AWS4-HMAC-SHA256 Credential=SANDBOX/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
};

function post(agent: Agent, endpoint: string, target: string, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { ...SIGNED, 'x-amz-target': target, 'content-length': body.length };
    const request = httpRequest(endpoint, { method: 'POST', agent, headers }, resolve);
    request.once('error', (error: NodeJS.ErrnoException) => {
      // The server closed an idle connection in the moment it was used again; the request was not read.
      if (request.reusedSocket && error.code === 'ECONNRESET')
        post(agent, endpoint, target, body).then(resolve, reject);
      else reject(new AwsError('InternalServerError', `No answer from DynamoDB at ${endpoint}: ${error.message}`, 500));
    });
    request.end(body);
  });
}
