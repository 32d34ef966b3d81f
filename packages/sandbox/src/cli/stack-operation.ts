import type { StackResult } from '../api';
import type { RemoteSandbox } from '../control/remote-sandbox';
import type { Invocation } from './command';
import type { ExitCode } from './exit-codes';
import { exitCodes } from './exit-codes';
import { beforeInterruption } from './interruption';
import { withExistingSandbox, withSandbox } from './open';
import { Progress } from './progress';
import { type RunOptions, watched } from './sandbox-options';
import { stackReport, type Wish } from './stack-report';

/** An operation of CloudFormation, shown while it runs, and reported when its stacks are at rest. */
export interface StackOperation {
  run(sandbox: RemoteSandbox): Promise<readonly StackResult[]>;
  readonly wish: Wish;
  /** Whether it may create the sandbox. */
  readonly creates?: boolean;
}

/** How long a command stays for what its stack events have started. The sandbox goes on without it. */
const followUpMs = 30_000;
/** What is shorter is not worth a line. */
const noticeMs = 1000;

export async function runStackOperation(
  { run, wish, creates = false }: StackOperation,
  invocation: Invocation<RunOptions>,
): Promise<ExitCode> {
  const { terminal } = invocation;
  const progress = new Progress(terminal);
  const openedFor = creates ? withSandbox : withExistingSandbox;
  try {
    return await openedFor(watched(invocation, progress), async (sandbox) => {
      const stopListening = beforeInterruption(() => sayWhatGoesOn(sandbox, invocation));
      try {
        const report = stackReport(await run(sandbox), wish, invocation);
        progress.end();
        terminal.print(report);
        await followUp(sandbox, invocation);
        return report.exitCode ?? exitCodes.success;
      } finally {
        stopListening();
      }
    });
  } finally {
    progress.end();
  }
}

/** EventBridge reports the end of an update to functions only after CloudFormation has finished it. */
async function followUp(sandbox: RemoteSandbox, { terminal }: Invocation<RunOptions>): Promise<void> {
  const settled = sandbox.settle().then(() => true);
  if (await within(settled, noticeMs)) return;
  const seconds = followUpMs / 1000;
  terminal.warn(`Waiting for what still runs, ${seconds} s at the most: ${(await sandbox.running()).join(', ')}`);
  if (await within(settled, followUpMs)) return;
  terminal.warn(`It goes on in the sandbox, process ${sandbox.pid}: ${(await sandbox.running()).join(', ')}`);
}

async function within(work: Promise<boolean>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}

async function sayWhatGoesOn(sandbox: RemoteSandbox, { terminal, host }: Invocation<RunOptions>): Promise<void> {
  const running = (await sandbox.stacks()).filter(({ status, nested }) => !nested && status.endsWith('_IN_PROGRESS'));
  const [first] = running;
  if (!first) return terminal.warn('Interrupted. No stack operation is running.');
  for (const { stack, status } of running) {
    terminal.warn(`${stack} is in ${status}. The operation goes on without this command, in process ${sandbox.pid}.`);
  }
  const { stack } = first;
  terminal.warn(
    `See \`${host.name} events --stack ${stack}\`; \`${host.name} cancel --stack ${stack}\` cancels an update.`,
  );
}
