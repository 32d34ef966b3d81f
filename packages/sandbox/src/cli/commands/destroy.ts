import type { Command } from 'commander';
import { addCommand, type CommandLine, does, type Invocation } from '../command';
import { collect } from '../options';
import type { Report } from '../output';
import { type RunOptions, withRunOptions } from '../sandbox-options';
import { runStackOperation, type StackOperation } from '../stack-operation';

interface DestroyOptions extends RunOptions {
  readonly stack?: readonly string[];
}

export function addDestroy(parent: Command, session: CommandLine): void {
  withRunOptions(addCommand(parent, 'destroy', 'Delete stacks of the sandbox'))
    .option('--stack <name>', 'only this stack; may be repeated', collect)
    .action(does<DestroyOptions>(session, destroy));
}

function destroy(invocation: Invocation<DestroyOptions>): Promise<Report> {
  const { options } = invocation;
  const operation: StackOperation = {
    run: (sandbox) => sandbox.destroy(options.stack),
    wish: { statuses: /^DELETE_COMPLETE$/, stack: options.stack?.at(-1) },
  };
  return runStackOperation(operation, invocation);
}
