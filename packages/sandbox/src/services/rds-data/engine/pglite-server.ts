import { Duplex } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { Client } from 'pg';

/**
 * PGlite's work is synchronous WebAssembly: in the main thread a slow statement would stop the whole sandbox. A worker
 * also ends with its process and can be terminated in the middle of a statement; PostgreSQL's WAL then recovers at the
 * next start. It is JavaScript because a thread that Node starts by itself runs no TypeScript.
 */
const WORKER = require.resolve('./pglite-worker.mjs');

/** A running PGlite on one data folder. */
export interface PgliteServer {
  /** The only session that PGlite has. */
  readonly client: Client;
  /** Ends it at once, in the middle of whatever it does. */
  terminate(): Promise<void>;
  /** Ends it cleanly when its work is done. */
  close(): Promise<void>;
}

export async function startPglite(folder: string): Promise<PgliteServer> {
  const worker = new Worker(WORKER, { execArgv: [], workerData: { folder } });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  await started(worker, folder);
  const client = new Client({ stream: () => new WorkerStream(worker), user: 'postgres', database: 'postgres' });
  // The client reports the end of its connection as an error; who waits for a result gets it as a rejection.
  client.on('error', () => {});
  await client.connect();
  return {
    client,
    terminate: async () => {
      await worker.terminate();
    },
    close: () => {
      worker.postMessage('close');
      return ended;
    },
  };
}

function started(worker: Worker, folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(
        new Error(`PGlite did not start on '${folder}'. Delete the folder to start with an empty database.`, { cause }),
      );
    worker.once('message', () => resolve());
    worker.once('error', fail);
    worker.once('exit', fail);
  });
}

/** What node-postgres takes for a socket: bytes written go to the worker as one message, answers come back as one. */
class WorkerStream extends Duplex {
  readonly #worker: Worker;

  constructor(worker: Worker) {
    super();
    this.#worker = worker;
    worker.on('message', (answer: Uint8Array) => this.push(Buffer.from(answer)));
    worker.on('error', (error) => this.destroy(error));
    worker.once('exit', () => this.destroy());
  }

  connect(): void {
    process.nextTick(() => this.emit('connect'));
  }

  setNoDelay(): void {}
  setKeepAlive(): void {}
  ref(): void {}
  unref(): void {}

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#worker.postMessage(new Uint8Array(chunk));
    done();
  }

  /** node-postgres corks the messages of one query: together they are one round trip to the worker. */
  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: () => void): void {
    this.#worker.postMessage(new Uint8Array(Buffer.concat(chunks.map(({ chunk }) => chunk))));
    done();
  }
}
