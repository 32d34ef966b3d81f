import type { Command } from 'commander';
import type { Sandbox } from '../../api';
import { AwsError } from '../../aws-error';
import { SandboxError } from '../../sandbox-error';
import { addCommand, type CommandLine, does, type Invocation } from '../command';
import type { CommandHelp } from '../help';
import type { Database } from '../host';
import { withExistingSandbox } from '../open';
import { type Report, table } from '../output';
import { type RunOptions, withRunOptions } from '../sandbox-options';
import { readStatements } from '../sql-file';

type Row = Readonly<Record<string, unknown>>;

interface SqlOptions extends RunOptions {
  readonly file?: string;
}

const help: CommandHelp = {
  summary: 'Run SQL on a database of the sandbox',
  description: [
    'Runs one SQL statement on a database of the sandbox, or those of a file, and prints their rows. Each statement of a file',
    'is committed by itself, up to the first one that fails.',
  ].join(' '),
  examples: [
    { args: 'Database/nutrition "SELECT count(*) FROM users"', does: 'a database by its cluster' },
    { args: 'Database/nutrition "SELECT 1 AS one" --json', does: 'the rows as JSON' },
    { args: 'Database/nutrition -f seed.sql', does: 'the statements of a file; - for stdin' },
  ],
  exitCodes: {
    1: 'the database refused a statement; the statements of a file before it were run',
    2: 'the command line is wrong, or there is no such database; nothing was changed',
  },
  json: '[{ "one": 1 }]\nand with -f a list with one such list for each statement',
};

export function addSql(parent: Command, session: CommandLine): void {
  const names = [session.host.databaseNames?.about, 'CLUSTER/DATABASE'].filter((name) => name !== undefined);
  withRunOptions(addCommand(parent, 'sql', help))
    .argument('<target>', names.join(', or '))
    .argument('[statement]', 'one SQL statement')
    .option('-f, --file <file>', 'run the statements of this file instead; - for stdin')
    .action(does<SqlOptions>(session, runSql));
}

async function runSql(invocation: Invocation<SqlOptions>): Promise<Report> {
  const { state: stateDir, postgres: postgresUrl, mysql: mysqlUrl, assume: assumptions, file } = invocation.options;
  const [, statement] = invocation.args;
  if ((statement === undefined) === (file === undefined)) {
    throw new SandboxError('USAGE', 'Give either a statement or --file.', { hint: 'See --help of the command.' });
  }
  const statements = file === undefined ? [{ sql: statement ?? '', line: 1 }] : readStatements(file);
  return withExistingSandbox({ stateDir, postgresUrl, mysqlUrl, assumptions }, async (sandbox) => {
    const database = await findDatabase(invocation);
    const results: (readonly Row[])[] = [];
    for (const { sql, line } of statements) {
      results.push(await execute(sandbox, database, sql, file === undefined ? undefined : { file, line }));
    }
    return { data: file === undefined ? results[0] : results, text: results.map(renderRows).join('\n\n') };
  });
}

/** What the sandbox says of a database that is not there, before any SQL is run. */
const wrongDatabase = ['DBClusterNotFoundFault', 'DatabaseNotFoundException'];

async function execute(
  sandbox: Sandbox,
  { cluster, name }: Database,
  statement: string,
  location: Place | undefined,
): Promise<readonly Row[]> {
  try {
    return await sandbox.sql(cluster, name, statement);
  } catch (cause) {
    if (!(cause instanceof AwsError) || wrongDatabase.includes(cause.code)) throw cause;
    const at = location === undefined ? '' : `${location.file}:${location.line}: `;
    throw new SandboxError('STATEMENT_FAILED', `${at}${cause.message}`, {
      payload: { cluster, database: name },
      hint: /Multistatements/.test(cause.message) ? 'Put several statements into a file: --file FILE.' : undefined,
      cause,
    });
  }
}

interface Place {
  readonly file: string;
  readonly line: number;
}

async function findDatabase({ args: [target = ''], options, host }: Invocation<SqlOptions>): Promise<Database> {
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
