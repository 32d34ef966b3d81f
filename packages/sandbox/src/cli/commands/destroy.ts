import type { Command } from 'commander';
import { addCommand, type CommandLine, does, type Invocation } from '../command';
import type { ExitCode } from '../exit-codes';
import type { CommandHelp } from '../help';
import { collect } from '../options';
import { type RunOptions, withRunOptions } from '../sandbox-options';
import { runStackOperation, type StackOperation } from '../stack-operation';

interface DestroyOptions extends RunOptions {
  readonly stack?: readonly string[];
}

const help: CommandHelp = {
  summary: 'Delete stacks of the sandbox',
  description: [
    'Deletes all stacks of the sandbox, or the named ones, in the reverse order of their dependencies.',
    'Resources that a template retains are kept.',
  ].join(' '),
  examples: [
    { args: '', does: 'all stacks' },
    { args: '--stack Nutrition', does: 'one stack' },
  ],
  exitCodes: {
    0: 'the stacks are deleted',
    3: 'a stack is left in DELETE_FAILED, which needs manual repair',
  },
  json: [
    '{ "stack": "Nutrition", "status": "UPDATE_COMPLETE",',
    '  "events": [{ "time": "2026-...", "logicalId": "FeatureFlags", "physicalId": "...",',
    '               "type": "AWS::SSM::Parameter", "status": "UPDATE_COMPLETE", "reason": "" }],',
    '  "outputs": { "ApiFunction": "..." } }',
    'and for several stacks also "stacks", with one such document each; the members beside it are then',
    'those of the stack that failed, or else of the one that was named last',
  ].join('\n'),
};

export function addDestroy(parent: Command, session: CommandLine): void {
  withRunOptions(addCommand(parent, 'destroy', help))
    .option('--stack <name>', 'delete only this stack; may be repeated', collect)
    .action(does<DestroyOptions>(session, destroy));
}

function destroy(invocation: Invocation<DestroyOptions>): Promise<ExitCode> {
  const { options } = invocation;
  const operation: StackOperation = {
    run: (sandbox) => sandbox.destroy(options.stack),
    wish: { statuses: /^DELETE_COMPLETE$/, stack: options.stack?.at(-1) },
  };
  return runStackOperation(operation, invocation);
}
