import type { Command } from 'commander';
import { MigrationError, renderError } from '../../core/errors/index';
import { addCommand, type CommandLine, does } from '../command';
import { findConfig } from '../find-config';
import type { CommandHelp } from '../help';
import { type Report, table } from '../output';
import { sourceOf } from '../report-error';

interface ValidateOptions {
  readonly migrations: string;
  readonly config?: string;
}

const help: CommandHelp = {
  summary: 'Check all migration files of a folder, as synth does',
  description:
    'Checks all migration files of a folder as synth does, without an app. Reports every problem with its place. ' +
    'Warnings are shown and do not change the exit code. What a target is that no app declares is said by ' +
    'migrations.config.ts, .mjs or .json, { targets: { orders: { databaseKind: "aurora-mysql" } } }, or by the header ' +
    '-- dialect: mysql of one of its files; otherwise SQL is that of PostgreSQL.',
  examples: [
    { args: '', does: 'the folder ./migrations' },
    { args: '--migrations db/migrations', does: 'another folder' },
    { args: '--config db/migrations.config.json', does: 'the targets are what this file says' },
  ],
  exitCodes: { 2: 'there is no such folder, it has no migrations, or they or the configuration have problems' },
  json: [
    '{ "valid": true, "folder": "migrations", "revision": "8dd0bb5f...", "heads": ["users/1.0.0"],',
    '  "migrations": [{ "id": "users/1.0.0", "target": "users", "version": "1.0.0", "name": "create users",',
    '                   "kind": "sql", "checksum": "...", "dependsOn": [], "irreversible": false }],',
    '  "warnings": [{ "code": "SLOW_STATEMENT", "message": "...", "hint": "...", "location": { "file": "...", "line": 5, "column": 1 },',
    '                 "payload": { "rule": "create-index", "severity": "warning", "rewrite": "CREATE INDEX CONCURRENTLY ..." } }] }',
  ].join('\n'),
};

export function addValidate(parent: Command, session: CommandLine): void {
  addCommand(parent, 'validate', help)
    .option('--migrations <dir>', 'the migrations folder', 'migrations')
    .option('--config <file>', 'what the targets are (default: migrations.config.ts, .mjs or .json, if there is one)')
    .action(does<ValidateOptions>(session, validate));
}

async function validate({ migrations: folder, config = findConfig() }: ValidateOptions): Promise<Report> {
  const { checkMigrationsSync } = await import('../../bundler/build-sync.js');
  const { revision, manifest, warnings } = checkMigrationsSync({ folder, config });
  const { heads, migrations } = manifest;
  if (migrations.length === 0) throw noMigrations(folder);
  const rows = migrations.map(({ id, name, kind, dependsOn }) => [id, name, kind, dependsOn.join(', ')]);
  const count = migrations.length === 1 ? '1 migration is' : `${migrations.length} migrations are`;
  return {
    data: { valid: true, folder, revision, heads, migrations, warnings: warnings.map(toReport) },
    text: [
      `${count} valid. Revision ${revision.slice(0, 12)}, heads ${heads.join(', ') || 'none'}.`,
      '',
      table(['migration', 'name', 'kind', 'depends on'], rows),
      ...(warnings.length > 0 ? ['', warnings.length === 1 ? '1 warning:' : `${warnings.length} warnings:`] : []),
      ...warnings.map((warning) => `\n${renderError(warning, sourceOf)}`),
    ].join('\n'),
  };
}

function toReport({ code, message, hint, location, payload }: MigrationError) {
  return { code, message, hint, location, payload };
}

/** Most often it is the wrong folder: a check of nothing must not look like a check. */
function noMigrations(folder: string): MigrationError {
  return new MigrationError('NO_MIGRATIONS', `There are no migrations in the folder ${folder}.`, {
    payload: { folder },
    hint: 'Name the right folder with --migrations DIR, or write the first one: <target>/1.0.0_<name>.sql.',
  });
}
