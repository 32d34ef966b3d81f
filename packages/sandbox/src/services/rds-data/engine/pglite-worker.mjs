import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { extensionsOnDemand } from './pglite-extensions.mjs';

/**
 * A PGlite on the folder of `workerData`, run by pglite-server.ts. It says 'ready' once; from then on each message is
 * one of PostgreSQL's protocol and gets its answer, until 'close'.
 */
const database = await PGlite.create({ dataDir: workerData.folder, extensions: { extensionsOnDemand } });
let tail = Promise.resolve();

async function serve(message) {
  if (message !== 'close') return parentPort.postMessage(await database.execProtocolRaw(message));
  await database.close();
  parentPort.close();
}

parentPort.on('message', (message) => {
  tail = tail.then(() => serve(message));
});
parentPort.postMessage('ready');
