import type { Sandbox, StackResult } from '../api';
import type { Invocation } from './command';
import { withExistingSandbox, withSandbox } from './open';
import type { Report } from './output';
import { type RunOptions, watched } from './sandbox-options';
import { stackReport, type Wish } from './stack-report';

/** An operation of CloudFormation, shown while it runs, and reported when nothing is running any more. */
export interface StackOperation {
  run(sandbox: Sandbox): Promise<readonly StackResult[]>;
  readonly wish: Wish;
  /** Whether it may create the sandbox. */
  readonly creates?: boolean;
}

export function runStackOperation(
  { run, wish, creates = false }: StackOperation,
  invocation: Invocation<RunOptions>,
): Promise<Report> {
  const openedFor = creates ? withSandbox : withExistingSandbox;
  return openedFor(watched(invocation), async (sandbox) => {
    const results = await run(sandbox);
    // EventBridge reports the end of an update to functions only after CloudFormation has finished it.
    await sandbox.settle();
    return stackReport(results, wish, invocation);
  });
}
