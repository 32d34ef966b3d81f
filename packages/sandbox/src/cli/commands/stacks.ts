import type { Command } from 'commander';
import { addCommand, type CommandLine, does, type Invocation } from '../command';
import type { CommandHelp } from '../help';
import { lookInto } from '../open';
import { type Report, table } from '../output';
import { type StateOptions, withState } from '../sandbox-options';

const help: CommandHelp = {
  summary: 'List the stacks of the sandbox',
  description: 'Lists the stacks of the sandbox with their statuses, nested stacks too.',
  examples: [
    { args: '', does: 'the sandbox in ./.sandbox' },
    { args: '--json', does: 'with ids, reasons and outputs' },
  ],
  exitCodes: {},
  json: [
    '[{ "stack": "Nutrition", "status": "UPDATE_COMPLETE", "reason": "",',
    '   "id": "arn:aws:cloudformation:...", "outputs": { "ApiFunction": "..." }, "nested": false }]',
  ].join('\n'),
};

export function addStacks(parent: Command, session: CommandLine): void {
  withState(addCommand(parent, 'stacks', help)).action(does<StateOptions>(session, listStacks));
}

function listStacks({ options }: Invocation<StateOptions>): Promise<Report> {
  return lookInto({ stateDir: options.state }, async (sandbox) => {
    const stacks = await sandbox.stacks();
    const rows = stacks.map(({ stack, status, reason }) => [stack, status, reason]);
    return {
      data: stacks,
      text: rows.length === 0 ? 'There are no stacks.' : table(['stack', 'status', 'reason'], rows),
    };
  });
}
