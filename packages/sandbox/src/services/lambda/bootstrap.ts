/**
 * The program of an execution environment: what the Lambda runtime is in AWS. Runs in a process of its own, takes
 * invocations from the IPC channel one at a time, and ends with its host: the channel closes even when the host is killed.
 */
import { errorDocument, loadError, rejectionDocument } from './bootstrap/error-document';
import { type Handler, loadHandler } from './bootstrap/load-handler';
import { joinNetwork, reportConnections } from './bootstrap/network';
import { runHandler } from './bootstrap/run-handler';
import type { FunctionErrorDocument, InvokeMessage, ProcessMessage } from './protocol';

process.on('disconnect', () => process.exit(0));
process.on('uncaughtException', (error) => end(errorDocument(error)));
process.on('unhandledRejection', (reason) => end(rejectionDocument(reason)));

reportConnections(send);
joinNetwork(process.env['AWS_ENDPOINT_URL'] ?? '');
loadHandler(process.env['LAMBDA_TASK_ROOT'] ?? '', process.env['_HANDLER'] ?? '').then(serve, (error) =>
  end(loadError(error)),
);

function serve(handler: Handler): void {
  process.on('message', (message: InvokeMessage) => {
    runHandler(handler, message).then(
      (payload) => send({ kind: 'result', payload }),
      (error) => {
        console.error(JSON.stringify(errorDocument(error)));
        send({ kind: 'error', error: errorDocument(error) });
      },
    );
  });
  send({ kind: 'ready' });
}

/** As in Lambda, a fault outside the handler's promise ends the environment together with its invocation. */
function end(error: FunctionErrorDocument): void {
  console.error(JSON.stringify(error));
  send({ kind: 'error', error }, () => process.exit(128));
}

function send(message: ProcessMessage, done: () => void = () => {}): void {
  if (process.connected) process.send?.(message, undefined, undefined, done);
}
