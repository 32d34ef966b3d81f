import type { Command } from 'commander';
import { addCommand, type CommandLine, does, type Invocation } from '../command';
import { collect } from '../options';
import type { Report } from '../output';
import { type RunOptions, withRunOptions } from '../sandbox-options';
import { runStackOperation, type StackOperation } from '../stack-operation';

interface ContinueOptions extends RunOptions {
  readonly stack: string;
  readonly skip?: readonly string[];
}

export function addContinueRollback(parent: Command, session: CommandLine): void {
  withRunOptions(addCommand(parent, 'continue-rollback', 'Continue a rollback that failed, after its cause was fixed'))
    .requiredOption('--stack <name>', 'the stack')
    .option('--skip <logical id>', 'leave this resource as it is; may be repeated', collect)
    .action(does<ContinueOptions>(session, continueRollback));
}

function continueRollback(invocation: Invocation<ContinueOptions>): Promise<Report> {
  const { options } = invocation;
  const operation: StackOperation = {
    run: async (sandbox) => [await sandbox.continueUpdateRollback(options.stack, options.skip)],
    wish: { statuses: /^UPDATE_ROLLBACK_COMPLETE$/ },
  };
  return runStackOperation(operation, invocation);
}
