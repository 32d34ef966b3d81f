import type { Command } from 'commander';

/** The options by which a command finds its ledger, see ./ledger-access.ts. */
export function withScopeOptions(command: Command): Command {
  return command
    .option('--state <dir>', "a sandbox's state folder; without it and without --stack: ./.sandbox")
    .option('--stack <name>', 'the stack with the migrations; without --state: in AWS')
    .option('--scope <scope>', 'the scope, when there are several');
}
