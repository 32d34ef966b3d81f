import type { Sandbox, StackResult } from '..';
import { open, requireStateFolder } from './open';
import type { Report, Terminal } from './output';
import { type RunOptions, watched } from './sandbox-options';
import { stackReport, type Wish } from './stack-report';

/** An operation of CloudFormation, shown while it goes on, and reported when everything came to rest. */
export interface StackOperation {
  run(sandbox: Sandbox): Promise<readonly StackResult[]>;
  readonly wish: Wish;
  /** Whether it may make the sandbox. */
  readonly creates?: boolean;
}

export async function runStackOperation(
  { run, wish, creates = false }: StackOperation,
  options: RunOptions,
  terminal: Terminal,
): Promise<Report> {
  if (!creates) requireStateFolder(options.state);
  const sandbox = await open(watched(options, terminal));
  try {
    const results = await run(sandbox);
    // EventBridge tells the engine how an update ended, after CloudFormation is done with it.
    await sandbox.settle();
    return stackReport(results, wish, terminal);
  } finally {
    await sandbox.close();
  }
}
