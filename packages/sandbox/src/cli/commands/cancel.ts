import type { Command } from 'commander';
import { addCommand, type CommandLine, does, type Invocation } from '../command';
import { withExistingSandbox } from '../open';
import type { Report } from '../output';
import { type RunOptions, watched, withRunOptions } from '../sandbox-options';

interface CancelOptions extends RunOptions {
  readonly stack: string;
}

export function addCancel(parent: Command, session: CommandLine): void {
  withRunOptions(addCommand(parent, 'cancel', 'Cancel the update of a stack that another command is running'))
    .requiredOption('--stack <name>', 'the stack')
    .action(does<CancelOptions>(session, cancel));
}

function cancel(invocation: Invocation<CancelOptions>): Promise<Report> {
  const { stack } = invocation.options;
  return withExistingSandbox(watched(invocation), async (sandbox) => {
    await sandbox.cancelUpdate(stack);
    return {
      data: { stack, cancelled: true },
      text: `The update of ${stack} is cancelled: CloudFormation rolls it back.`,
    };
  });
}
