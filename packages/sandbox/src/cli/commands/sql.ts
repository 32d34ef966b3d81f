import type { Command } from 'commander';
import type { Sandbox } from '../../api';
import { SandboxError } from '../../sandbox-error';
import { addCommand, type CommandLine, does, type Invocation } from '../command';
import type { CommandHelp } from '../help';
import type { Database } from '../host';
import { withExistingSandbox } from '../open';
import { type Report, table } from '../output';
import { type RunOptions, withRunOptions } from '../sandbox-options';

type Row = Readonly<Record<string, unknown>>;

const help: CommandHelp = {
  summary: 'Run a SQL statement on a database of the sandbox',
  description: 'Runs one SQL statement on a database of the sandbox, and prints its rows.',
  examples: [
    { args: 'Database/nutrition "SELECT count(*) FROM users"', does: 'a database by its cluster' },
    { args: 'Database/nutrition "SELECT 1 AS one" --json', does: 'the rows as JSON' },
  ],
  exitCodes: {
    2: 'the command line is wrong, or the statement failed; nothing was changed',
  },
  json: '[{ "one": 1 }]',
};

export function addSql(parent: Command, session: CommandLine): void {
  const names = [session.host.databaseNames?.about, 'CLUSTER/DATABASE'].filter((name) => name !== undefined);
  withRunOptions(addCommand(parent, 'sql', help))
    .argument('<target>', names.join(', or '))
    .argument('<statement>', 'one SQL statement')
    .action(does<RunOptions>(session, runSql));
}

function runSql(invocation: Invocation<RunOptions>): Promise<Report> {
  const { state: stateDir, postgres: postgresUrl, assume: assumptions } = invocation.options;
  const [, statement = ''] = invocation.args;
  return withExistingSandbox({ stateDir, postgresUrl, assumptions }, async (sandbox) => {
    const rows = await execute(sandbox, await findDatabase(invocation), statement);
    return { data: rows, text: renderRows(rows) };
  });
}

async function execute(sandbox: Sandbox, { cluster, name }: Database, statement: string): Promise<readonly Row[]> {
  try {
    return await sandbox.sql(cluster, name, statement);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SandboxError('STATEMENT_FAILED', reason, { payload: { cluster, database: name }, cause });
  }
}

async function findDatabase({ args: [target = ''], options, host }: Invocation<RunOptions>): Promise<Database> {
  const slash = target.lastIndexOf('/');
  if (slash > 0) return { cluster: target.slice(0, slash), name: target.slice(slash + 1) };
  if (host.databaseNames) return host.databaseNames.find(target, options.state);
  throw new SandboxError('USAGE', `"${target}" does not name a database.`, {
    hint: 'Write it as CLUSTER/DATABASE; the cluster as its identifier or ARN.',
  });
}

function renderRows(rows: readonly Row[]): string {
  const [first] = rows;
  if (!first) return '(0 rows)';
  const columns = Object.keys(first);
  const cells = rows.map((row) => columns.map((column) => renderValue(row[column])));
  return `${table(columns, cells)}\n(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`;
}

function renderValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
