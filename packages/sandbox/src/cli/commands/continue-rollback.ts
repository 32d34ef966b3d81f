import type { Command } from 'commander';
import { addCommand, type CommandLine, does, type Invocation } from '../command';
import type { ExitCode } from '../exit-codes';
import type { CommandHelp } from '../help';
import { collect } from '../options';
import { type RunOptions, withRunOptions } from '../sandbox-options';
import { runStackOperation, type StackOperation } from '../stack-operation';

interface ContinueOptions extends RunOptions {
  readonly stack: string;
  readonly skip?: readonly string[];
}

const help: CommandHelp = {
  summary: 'Continue a failed rollback, after its cause was fixed',
  description:
    'Continues a failed rollback, after its cause was fixed, as ContinueUpdateRollback of CloudFormation does.',
  examples: [
    { args: '--stack Nutrition', does: 'continue after the cause was fixed' },
    { args: '--stack Nutrition --skip FeatureFlags', does: 'leave a resource as it is' },
  ],
  exitCodes: {
    0: 'the rollback is complete',
    3: 'a stack needs manual repair, for example in UPDATE_ROLLBACK_FAILED',
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

export function addContinueRollback(parent: Command, session: CommandLine): void {
  withRunOptions(addCommand(parent, 'continue-rollback', help))
    .requiredOption('--stack <name>', 'the stack')
    .option('--skip <logical id>', 'leave this resource as it is; may be repeated', collect)
    .action(does<ContinueOptions>(session, continueRollback));
}

function continueRollback(invocation: Invocation<ContinueOptions>): Promise<ExitCode> {
  const { options } = invocation;
  const operation: StackOperation = {
    run: async (sandbox) => [await sandbox.continueUpdateRollback(options.stack, options.skip)],
    wish: { statuses: /^UPDATE_ROLLBACK_COMPLETE$/ },
  };
  return runStackOperation(operation, invocation);
}
