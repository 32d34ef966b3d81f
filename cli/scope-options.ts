import type { Command } from 'commander';

/** Adds the options by which a command finds its ledger, see ./ledger-access.ts. */
export function withScopeOptions(command: Command): Command {
  return command
    .option(
      '--state <dir>',
      'look in the sandbox with this state folder; ./.sandbox if neither --state nor --stack is given',
    )
    .option('--stack <name>', 'look at this stack: in AWS, or with --state in the sandbox')
    .option('--scope <scope>', 'look at this scope, if there are several');
}
