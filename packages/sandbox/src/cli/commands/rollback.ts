import type { Command } from 'commander';
import { addCommand, type CommandLine, does, type Invocation } from '../command';
import type { ExitCode } from '../exit-codes';
import type { CommandHelp } from '../help';
import { type RunOptions, withRunOptions } from '../sandbox-options';
import { runStackOperation, type StackOperation } from '../stack-operation';

interface RollbackOptions extends RunOptions {
  readonly stack: string;
}

const help: CommandHelp = {
  summary: 'Roll back a stack that failed with --no-rollback',
  description: [
    'Rolls back a stack whose deployment failed with --no-rollback, as RollbackStack of CloudFormation does. A stack that',
    'failed in its first deployment is deleted.',
  ].join(' '),
  examples: [{ args: '--stack Nutrition', does: 'roll back what a failed deployment kept' }],
  exitCodes: {
    0: 'the stack was rolled back',
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

export function addRollback(parent: Command, session: CommandLine): void {
  withRunOptions(addCommand(parent, 'rollback', help))
    .requiredOption('--stack <name>', 'the stack')
    .action(does<RollbackOptions>(session, rollBack));
}

function rollBack(invocation: Invocation<RollbackOptions>): Promise<ExitCode> {
  const { options } = invocation;
  const operation: StackOperation = {
    run: async (sandbox) => [await sandbox.rollbackStack(options.stack)],
    wish: { statuses: /^(UPDATE_)?ROLLBACK_COMPLETE$/ },
  };
  return runStackOperation(operation, invocation);
}
