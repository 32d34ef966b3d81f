import type { Command } from 'commander';
import { manifestOf } from '../../core/bundle/manifest';
import { addCommand, type CommandLine, does } from '../command';
import type { CommandHelp } from '../help';
import { type Report, table } from '../output';

interface ValidateOptions {
  readonly migrations: string;
}

const help: CommandHelp = {
  summary: 'Check all migration files of a folder, as synth does',
  description:
    'Checks all migration files of a folder as synth does, without an app. Reports every problem with its place.',
  examples: [
    { args: '', does: 'the folder ./migrations' },
    { args: '--migrations db/migrations', does: 'another folder' },
  ],
  exitCodes: { 2: 'there is no such folder, or its migrations have problems' },
  json: [
    '{ "valid": true, "folder": "migrations", "revision": "8dd0bb5f...", "heads": ["users/1.0.0"],',
    '  "migrations": [{ "id": "users/1.0.0", "target": "users", "version": "1.0.0", "name": "create users",',
    '                   "kind": "sql", "checksum": "...", "dependsOn": [], "irreversible": false }] }',
  ].join('\n'),
};

export function addValidate(parent: Command, session: CommandLine): void {
  addCommand(parent, 'validate', help)
    .option('--migrations <dir>', 'the migrations folder', 'migrations')
    .action(does<ValidateOptions>(session, validate));
}

async function validate({ migrations: folder }: ValidateOptions): Promise<Report> {
  const { buildBundle } = await import('../../bundler/index.js');
  const { bundle, revision } = await buildBundle({ folder });
  const { heads, migrations } = manifestOf(bundle, revision);
  const rows = migrations.map(({ id, name, kind, dependsOn }) => [id, name, kind, dependsOn.join(', ')]);
  const count = migrations.length === 1 ? '1 migration is' : `${migrations.length} migrations are`;
  return {
    data: { valid: true, folder, revision, heads, migrations },
    text: [
      `${count} valid. Revision ${revision.slice(0, 12)}, heads ${heads.join(', ') || 'none'}.`,
      ...(rows.length > 0 ? ['', table(['migration', 'name', 'kind', 'depends on'], rows)] : []),
    ].join('\n'),
  };
}
