import { join } from 'node:path';
import { SandboxError } from '../sandbox-error';

/** What server processes print: nothing, unless something is wrong with them. */
export const SERVER_LOG = 'server.log';

/** The process that served the sandbox is gone, before it did what it was asked to do. */
export function sandboxLost(folder: string, pid: number, doing: string): SandboxError {
  return new SandboxError('SANDBOX_LOST', `The sandbox on ${folder} ended ${doing}: its process ${pid} is gone.`, {
    payload: { folder, pid },
    hint:
      'Run the command again: the sandbox starts anew and settles what was interrupted, as CloudFormation would. ' +
      `${join(folder, SERVER_LOG)} has what the process printed last.`,
  });
}
