import type { Command } from 'commander';
import { deployedTargets } from '../../../../../cli/deployed-targets';
import { withScopes } from '../../../../../cli/ledger-access';
import { didYouMean } from '../../../../../core/errors/near-names';
import type { AuroraTargetProperties } from '../../../../../core/wire';
import type { Sandbox } from '../..';
import { describe, MigrationError } from '../../sandbox-error';
import { addCommand, type CommandLine, does } from '../command';
import { withExistingSandbox } from '../open';
import { type Report, table } from '../output';
import { type RunOptions, withRunOptions } from '../sandbox-options';

interface Database {
  readonly cluster: string;
  readonly name: string;
}

type Row = Readonly<Record<string, unknown>>;

export function addSql(parent: Command, session: CommandLine): void {
  withRunOptions(addCommand(parent, 'sql', 'Run a SQL statement on a database of the sandbox'))
    .argument('<target>', 'name of a deployed target, or CLUSTER/DATABASE')
    .argument('<statement>', 'one SQL statement')
    .action(does<RunOptions>(session, (options, _terminal, ...args) => runSql(options, args)));
}

function runSql(options: RunOptions, [target = '', statement = '']: readonly string[]): Promise<Report> {
  const { state: stateDir, postgres: postgresUrl, assume: assumptions } = options;
  return withExistingSandbox({ stateDir, postgresUrl, assumptions }, async (sandbox) => {
    const rows = await execute(sandbox, await findDatabase(target, stateDir), statement);
    return { data: rows, text: renderRows(rows) };
  });
}

async function execute(sandbox: Sandbox, { cluster, name }: Database, statement: string): Promise<readonly Row[]> {
  try {
    return await sandbox.sql(cluster, name, statement);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MigrationError('STATEMENT_FAILED', reason, { payload: { cluster, database: name }, cause });
  }
}

/** By the name that migrations use for it, or as cluster and database. */
function findDatabase(target: string, state: string): Promise<Database> {
  const slash = target.lastIndexOf('/');
  if (slash > 0) return Promise.resolve({ cluster: target.slice(0, slash), name: target.slice(slash + 1) });
  return withScopes({ state }, async (scopes) => {
    const targets = await Promise.all(
      scopes.map(async (access) => deployedTargets(access, await access.ports.ledger.load(access.scope))),
    );
    const all = targets.flatMap((ofScope) => Object.entries(ofScope));
    const sql = all.flatMap(([name, properties]) =>
      properties.DatabaseKind === 'dynamodb' ? [] : [{ name, properties }],
    );
    const databases = new Map(
      sql.filter(({ name }) => name === target).map(({ properties }) => [properties.Identity, properties]),
    );
    const [properties] = databases.values();
    if (!properties) throw unknownTarget(target, [...new Set(sql.map(({ name }) => name))]);
    if (databases.size > 1) throw ambiguous(target, [...databases.values()]);
    return { cluster: properties.ClusterArn, name: properties.DatabaseName };
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

function unknownTarget(target: string, known: readonly string[]): MigrationError {
  return new MigrationError(
    'UNKNOWN_TARGET',
    describe({ what: 'There is no SQL target', seen: target, allowed: known }),
    {
      payload: { target, known },
      hint: didYouMean(target, known) ?? 'Name a database that no migrations know as CLUSTER/DATABASE.',
    },
  );
}

function ambiguous(target: string, databases: readonly AuroraTargetProperties[]): MigrationError {
  const names = databases.map(({ ClusterArn, DatabaseName }) => `${ClusterArn}/${DatabaseName}`);
  return new MigrationError('SCOPE_AMBIGUOUS', `Several scopes have a target ${target}: ${names.join(', ')}.`, {
    payload: { target, databases: names },
    hint: 'Use CLUSTER/DATABASE in place of the name.',
  });
}
