import { holderOf } from '../control/state-folder';
import { SandboxError } from '../sandbox-error';

/** For commands that cannot share a state folder with a running sandbox. */
export function requireRest(folder: string): void {
  const pid = holderOf(folder);
  if (pid === undefined) return;
  throw new SandboxError('SANDBOX_RUNNING', `A sandbox is running on ${folder}, in process ${pid}.`, {
    payload: { folder, pid },
    hint: 'End that process first (Ctrl-C), or use another --state folder.',
  });
}
