import type { Command } from 'commander';
import { addCommand, type CommandLine, does } from '../command';
import { type ScopeOptions, withScope } from '../ledger-access';
import type { Report, Terminal } from '../output';
import { withScopeOptions } from '../scope-options';
import { readScopeStatus } from '../status/read-status';
import { renderStatus } from '../status/render-status';

interface StatusOptions extends ScopeOptions {
  readonly migrations?: string;
}

export function addStatus(parent: Command, session: CommandLine): void {
  withScopeOptions(addCommand(parent, 'status', 'Show what is applied, what is pending, and what is under way'))
    .option('--migrations <dir>', 'what is pending of this local folder, instead of the deployed migrations')
    .action(does<StatusOptions>(session, showStatus));
}

function showStatus({ migrations, ...options }: StatusOptions, terminal: Terminal): Promise<Report> {
  return withScope(options, async (access) => {
    const status = await readScopeStatus(access, migrations);
    return { data: status, text: renderStatus(status, terminal) };
  });
}
