import type { Command } from 'commander';
import { addCommand, type CommandLine, does, type Invocation } from '../command';
import type { CommandHelp } from '../help';
import { withExistingSandbox } from '../open';
import type { Report } from '../output';
import { type RunOptions, watched, withRunOptions } from '../sandbox-options';

interface CancelOptions extends RunOptions {
  readonly stack: string;
}

const help: CommandHelp = {
  summary: 'Cancel the update of a stack that another command is running',
  description: [
    'Cancels the update of a stack that another command is running, as CancelUpdateStack of CloudFormation does. The stack is',
    'rolled back, which that other command shows.',
  ].join(' '),
  examples: [{ args: '--stack Nutrition', does: 'cancel the running update' }],
  exitCodes: {
    0: 'the update is cancelled',
    2: 'the command line is wrong, or no update of the stack is running',
  },
  json: '{ "stack": "Nutrition", "cancelled": true }',
};

export function addCancel(parent: Command, session: CommandLine): void {
  withRunOptions(addCommand(parent, 'cancel', help))
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
