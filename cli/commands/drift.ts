import type { Command } from 'commander';
import { MigrationError } from '../../core/errors/index';
import { renderDifferences } from '../../core/schema/render';
import { addCommand, type CommandLine, does } from '../command';
import { findDrift, type TargetDrift } from '../drift/find-drift';
import { loadPlanner } from '../drift/pg-delta';
import { withScratchServer } from '../drift/scratch-server';
import { exitCodes } from '../exit-codes';
import type { CommandHelp } from '../help';
import { type IgnoreOptions, withIgnore } from '../ignore-option';
import { type ScopeOptions, withScope } from '../ledger-access';
import type { Report, Terminal } from '../output';
import { withScopeOptions } from '../scope-options';

interface Options extends ScopeOptions, IgnoreOptions {
  readonly target?: string;
  readonly scratch?: string;
  readonly sql?: boolean;
}

const help: CommandHelp = {
  summary: 'Compare the live databases with what their applied migrations make',
  description:
    'Compares each live database with what its applied migrations make of an empty one, and shows what differs. SQL ' +
    'migrations run in a scratch database that is made beside the live one and dropped at the end; of DynamoDB tables ' +
    'it is computed. The live database is only read. See docs/drift.md.',
  examples: [
    { args: '', does: 'the sandbox in ./.sandbox' },
    { args: '--stack Nutrition --target users', does: 'one database of a stack in AWS' },
    {
      args: '--stack Nutrition --scratch postgres://localhost',
      does: 'with scratch databases on a server of your own',
    },
  ],
  exitCodes: {
    0: 'the databases are as their migrations make them',
    1: 'something differs; or AWS or the sandbox refused a request, or cannot be reached',
    2: 'no such stack, scope or target; or the migrations cannot be run in a scratch database',
  },
  json: [
    '{ "scope": "Nutrition/Migrations",',
    '  "targets": [{ "target": "users", "databaseKind": "aurora-postgresql",',
    '    "differences": [{ "kind": "column", "name": "public.users.age", "difference": "changed",',
    '                      "expected": "integer DEFAULT 18", "actual": "integer" }] }] }',
    'and with --sql "statements": [{ "sql": "ALTER TABLE ...", "isDestructive": false }]',
    'difference is missing (the migrations make it), unexpected (they do not), or changed',
  ].join('\n'),
};

export function addDrift(parent: Command, session: CommandLine): void {
  withIgnore(withScopeOptions(addCommand(parent, 'drift', help)))
    .option('--target <name>', 'only this target')
    .option('--scratch <url>', 'make scratch databases on this server: postgres://... or mysql://...')
    .option('--sql', 'plan the statements that would remove the difference (PostgreSQL; needs @supabase/pg-delta)')
    .action(does<Options>(session, drift));
}

async function drift({ target, scratch, sql, ignore, ...options }: Options, terminal: Terminal): Promise<Report> {
  if (sql && scratch !== undefined) {
    throw new MigrationError(
      'USAGE',
      '--sql and --scratch cannot be combined: another server has other roles and owners.',
    );
  }
  const planner = sql ? await loadPlanner() : undefined;
  return withScratchServer(scratch, (scratchServer) =>
    withScope(options, async (access) => {
      const say = (line: string) => terminal.say(line);
      const targets = await findDrift(access, { target, scratchServer, planner, ignore, say });
      const isSame = targets.every(({ differences }) => differences.length === 0);
      return {
        data: { scope: access.scope, targets },
        text: targets.map((one) => rendered(one, terminal)).join('\n\n'),
        exitCode: isSame ? exitCodes.success : exitCodes.failed,
      };
    }),
  );
}

function rendered(drift: TargetDrift, terminal: Terminal): string {
  const statements = (drift.statements ?? []).map(({ sql, isDestructive }) => {
    return `${isDestructive ? '-- destructive\n' : ''}${sql.replace(/;?\s*$/, ';')}`;
  });
  const planned = statements.length === 0 ? [] : ['-- planned by @supabase/pg-delta, to be reviewed', ...statements];
  return [renderedDifferences(drift, terminal), ...(planned.length > 0 ? [planned.join('\n')] : [])].join('\n\n');
}

function renderedDifferences({ target, databaseKind, differences }: TargetDrift, terminal: Terminal): string {
  const title = `${target} (${databaseKind})`;
  if (differences.length === 0) return `${title}: as its migrations make it`;
  const count = differences.length === 1 ? '1 difference' : `${differences.length} differences`;
  const legend = '- as the migrations make it, + as it is';
  const lines = renderDifferences(differences).split('\n');
  return [`${title}: ${count} (${legend})`, '', ...lines.map((line) => painted(line, terminal))].join('\n');
}

function painted(line: string, terminal: Terminal): string {
  if (line.startsWith('  - ')) return terminal.paint('red', line);
  if (line.startsWith('  + ')) return terminal.paint('green', line);
  return line.startsWith(' ') || line === '' ? line : terminal.paint('bold', line);
}
