import type { Command } from 'commander';
import { manifestOf } from '../../core/bundle/manifest';
import { addCommand, type CommandLine, does } from '../command';
import { type Report, table } from '../output';

interface ValidateOptions {
  readonly migrations: string;
}

export function addValidate(parent: Command, session: CommandLine): void {
  addCommand(parent, 'validate', 'Check all migration files of a folder, as synth does')
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
      `${count} in order. Revision ${revision.slice(0, 12)}, heads ${heads.join(', ') || 'none'}.`,
      ...(rows.length > 0 ? ['', table(['migration', 'name', 'kind', 'depends on'], rows)] : []),
    ].join('\n'),
  };
}
