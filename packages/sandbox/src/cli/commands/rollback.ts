import type { Command } from 'commander';
import { addCommand, type CommandLine, does, type Invocation } from '../command';
import type { Report } from '../output';
import { type RunOptions, withRunOptions } from '../sandbox-options';
import { runStackOperation, type StackOperation } from '../stack-operation';

interface RollbackOptions extends RunOptions {
  readonly stack: string;
}

export function addRollback(parent: Command, session: CommandLine): void {
  withRunOptions(addCommand(parent, 'rollback', 'Roll back a stack that failed with --no-rollback'))
    .requiredOption('--stack <name>', 'the stack')
    .action(does<RollbackOptions>(session, rollBack));
}

function rollBack(invocation: Invocation<RollbackOptions>): Promise<Report> {
  const { options } = invocation;
  const operation: StackOperation = {
    run: async (sandbox) => [await sandbox.rollbackStack(options.stack)],
    wish: { statuses: /^(UPDATE_)?ROLLBACK_COMPLETE$/ },
  };
  return runStackOperation(operation, invocation);
}
