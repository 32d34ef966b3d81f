import type { Command } from 'commander';
import { addCommand, type CommandLine, does } from '../command';
import type { CommandHelp } from '../help';
import { type ScopeOptions, withMatchingScopes } from '../ledger-access';
import { combined, type Report, type Terminal } from '../output';
import { withScopeOptions } from '../scope-options';
import { readScopeStatus } from '../status/read-status';
import { renderStatus } from '../status/render-status';

interface StatusOptions extends ScopeOptions {
  readonly migrations?: string;
}

const help: CommandHelp = {
  summary: 'Show which migrations are applied, which are pending, and what is running',
  description: [
    'Shows which migrations are applied, which are pending, and what is running. Pending are the migrations of the ' +
      'deployed bundle that are not applied, or of the new bundle while it is being deployed. The state is one of',
    '  idle             nothing is running',
    '  deploying        migrations are being applied',
    '  awaiting-commit  they are applied; the commit follows, or a rollback',
    '  rolling-back     they are being undone',
    '  failed           the rollback or the commit failed, see `migrations repair`',
  ].join('\n'),
  examples: [
    { args: '', does: 'the sandbox in ./.sandbox' },
    { args: '--stack Nutrition', does: 'a stack in AWS' },
    { args: '--migrations migrations', does: 'what a local folder would apply' },
  ],
  exitCodes: { 2: 'no such stack, scope or folder; or an applied migration was edited' },
  json: [
    '{ "scope": "Nutrition/Migrations",',
    '  "revision": "8dd0bb5f...",             null before the first deployment',
    '  "state": "idle",',
    '  "heads": ["users/1.2.1"],              applied migrations on which no other applied one of their target depends',
    '  "targets": [{',
    '    "name": "users", "engine": "aurora-postgresql",',
    '    "applied": [{ "version": "1.0.0", "name": "create users", "kind": "sql", "state": "applied",',
    '                  "baselined": false, "appliedAt": "2026-11-23T14:56:06.123Z", "durationMs": 53, "checksum": "973abcd3...",',
    '                  "deployment": "20261123T145606Z-1" }],',
    '    "pending": [{ "version": "1.3.0", "name": "index events by time", "kind": "sql" }] }] }',
    'and of several scopes { "scopes": [...] }',
  ].join('\n'),
};

export function addStatus(parent: Command, session: CommandLine): void {
  withScopeOptions(addCommand(parent, 'status', help))
    .option('--migrations <dir>', 'compare with this local folder instead of the deployed migrations')
    .action(does<StatusOptions>(session, showStatus));
}

function showStatus({ migrations, ...options }: StatusOptions, terminal: Terminal): Promise<Report> {
  return withMatchingScopes(options, async (all) => {
    const statuses = await Promise.all(all.map((access) => readScopeStatus(access, migrations)));
    return combined(statuses.map((status) => ({ data: status, text: renderStatus(status, terminal) })));
  });
}
