import type { Command } from 'commander';
import type { StackSummary } from '../../api';
import { addCommand, type CommandLine, does, type Invocation } from '../command';
import type { CommandHelp } from '../help';
import { lookInto } from '../open';
import type { Report } from '../output';
import { requireStack } from '../require-stack';
import { type StateOptions, withState } from '../sandbox-options';

interface OutputsOptions extends StateOptions {
  readonly stack?: string;
}

const help: CommandHelp = {
  summary: 'Show the outputs of stacks',
  description: 'Shows the outputs of all stacks, or of one.',
  examples: [
    { args: '', does: 'all stacks' },
    { args: '--stack Nutrition --json', does: 'one stack, for scripts' },
  ],
  exitCodes: { 2: 'the command line is wrong, or there is no such stack' },
  json: '{ "Nutrition": { "ApiFunction": "..." } }',
};

export function addOutputs(parent: Command, session: CommandLine): void {
  withState(addCommand(parent, 'outputs', help))
    .option('--stack <name>', 'only this stack')
    .action(does<OutputsOptions>(session, showOutputs));
}

function showOutputs({ options }: Invocation<OutputsOptions>): Promise<Report> {
  return lookInto({ stateDir: options.state }, async (sandbox) => {
    const all = await sandbox.stacks();
    const stacks = options.stack === undefined ? all : [requireStack(all, options.stack)];
    return {
      data: Object.fromEntries(stacks.map(({ stack, outputs }) => [stack, outputs])),
      text: stacks.length === 0 ? 'There are no stacks.' : stacks.map(render).join('\n'),
    };
  });
}

function render({ stack, outputs }: StackSummary): string {
  const lines = Object.entries(outputs).map(([name, value]) => `  ${name} = ${value}`);
  return [`${stack}:`, ...(lines.length > 0 ? lines : ['  (no outputs)'])].join('\n');
}
