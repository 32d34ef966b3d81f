import { askToYield } from '../control/farewell';
import { holderOf } from '../control/folder-lock';
import { SandboxError } from '../sandbox-error';

/** For commands that cannot share a state folder with a running sandbox. One that nobody uses makes room. */
export async function requireRest(folder: string): Promise<void> {
  const holder = await holderOf(folder);
  if (holder === undefined) return;
  const { pid, endpoint } = holder;
  if (endpoint !== undefined && (await askToYield(folder, endpoint))) return;
  throw new SandboxError('SANDBOX_RUNNING', `A sandbox is running on ${folder}, in process ${pid}.`, {
    payload: { folder, pid },
    hint: `End what uses it first (Ctrl-C in its terminal, or kill ${pid}), or use another --state folder.`,
  });
}
