import type { Command } from 'commander';
import type { BundledMigration } from '../../core/bundle/bundle';
import { parseVersion } from '../../core/bundle/version';
import { type BaselineTools, compareBaseline, recordBaseline } from '../../core/engine/baseline-scope';
import { describe, MigrationError } from '../../core/errors/index';
import { didYouMean } from '../../core/errors/near-names';
import type { BaselineRequest } from '../../core/protocol/choose-baseline';
import type { SchemaDifference } from '../../core/schema/differences';
import { renderDifferences } from '../../core/schema/render';
import type { TargetProperties } from '../../core/wire';
import { withLocalMigrations } from '../backfill/local-migrations';
import { addCommand, type CommandLine, does } from '../command';
import { deployedTargets } from '../deployed-targets';
import { withScratch } from '../drift/find-drift';
import { type ScratchServer, withScratchServer } from '../drift/scratch-server';
import { exitCodes } from '../exit-codes';
import type { CommandHelp } from '../help';
import { type IgnoreOptions, withIgnore } from '../ignore-option';
import { type ScopeAccess, type ScopeOptions, withScope } from '../ledger-access';
import { evaluateHere } from '../ledger-ports';
import type { Report, Terminal } from '../output';
import { withScopeOptions } from '../scope-options';
import { underLease } from '../under-lease';

interface BaselineOptions extends ScopeOptions, IgnoreOptions {
  readonly migrations: string;
  readonly target?: string;
  readonly scratch?: string;
  readonly dryRun?: boolean;
}

const help: CommandHelp = {
  summary: 'Record migrations as applied that a database had before, after comparing it with them',
  description: [
    'Compares the database of a target with what its migrations up to VERSION make of an empty one, in a scratch database',
    'beside it that is dropped at the end. If they agree, it records those that are not applied yet as applied; none of them runs. The next',
    'deployment applies what is later. It works on a target that was deployed before, for example without migrations. For a',
    'first deployment give the construct, or the target, a `baseline` instead.',
    'In AWS it needs all permissions of the tick function of the engine.',
  ].join(' '),
  examples: [
    { args: '1.40.0 --dry-run', does: 'compare in the sandbox in ./.sandbox, and record nothing' },
    {
      args: '1.40.0 --scratch postgres://localhost --stack Nutrition',
      does: 'with the scratch database on a server of your own',
    },
    { args: '1.40.0 --target users --stack Nutrition', does: 'record the migrations of one target of a stack in AWS' },
  ],
  exitCodes: {
    1: 'the database differs, so nothing was recorded; or AWS or the sandbox refused a request',
    2: 'the command line or the migrations are wrong, or there is nothing to record',
  },
  json: [
    '{ "scope": "...", "target": "users", "baseline": "1.40.0", "migrations": ["users/1.0.0", ...], "recorded": true,',
    '  "differences": [{ "kind": "column", "name": "...", "difference": "changed", "expected": "...", "actual": "..." }] }',
  ].join('\n'),
};

export function addBaseline(parent: Command, session: CommandLine): void {
  withIgnore(withScopeOptions(addCommand(parent, 'baseline', help)))
    .argument('<version>', 'the version that the database is at')
    .option('--migrations <dir>', 'the migrations folder', 'migrations')
    .option('--target <target>', 'the target, if there are several')
    .option('--scratch <url>', 'make the scratch database on this server: postgres://... or mysql://...')
    .option('--dry-run', 'only compare')
    .action(
      does<BaselineOptions>(session, (options, terminal, version = '') =>
        withScratchServer(options.scratch, (server) =>
          withScope(options, (access) => baseline(access, options, parseVersion(version), terminal, server)),
        ),
      ),
    );
}

async function baseline(
  access: ScopeAccess,
  options: BaselineOptions,
  version: string,
  terminal: Terminal,
  server: ScratchServer | undefined,
): Promise<Report> {
  const targets = await deployedTargets(access);
  const target = targetOf(targets, options.target);
  const migrations = await localMigrations(options.migrations, targets);
  const asked: BaselineRequest = { target, version, migrations, properties: targets[target]! };
  return underLease(access, 'baseline', async (run) => {
    terminal.say(`Comparing the database of target ${target} with its migrations up to ${version} ...`);
    const withServer: BaselineTools['withScratch'] =
      server && (async (live, kind) => withScratch(live, await server(kind)));
    const tools = { module: evaluateHere, withScratch: withServer, ignore: options.ignore };
    const { fresh, differences } = await compareBaseline(run, asked, tools);
    const recorded = differences.length === 0 && options.dryRun !== true;
    if (recorded) await recordBaseline(run, asked, fresh);
    return report(
      access.scope,
      asked,
      fresh.map(({ id }) => id),
      differences,
      recorded,
    );
  });
}

function targetOf(targets: Readonly<Record<string, TargetProperties>>, wanted: string | undefined): string {
  const names = Object.keys(targets).sort();
  if (wanted === undefined && names.length === 1) return names[0]!;
  if (wanted !== undefined && names.includes(wanted)) return wanted;
  const what = wanted === undefined ? 'There are several targets, and --target is not given' : 'Unknown target';
  throw new MigrationError('USAGE', describe({ what, seen: wanted, allowed: names }), {
    hint: wanted === undefined ? 'Add --target.' : didYouMean(wanted, names),
  });
}

function localMigrations(
  folder: string,
  targets: Readonly<Record<string, TargetProperties>>,
): Promise<readonly BundledMigration[]> {
  const declared = Object.entries(targets).map(([name, { DatabaseKind }]) => ({ name, databaseKind: DatabaseKind }));
  return withLocalMigrations({ migrations: folder, targets: declared }, async ({ bundle }) => bundle.migrations);
}

function report(
  scope: string,
  { target, version }: BaselineRequest,
  migrations: readonly string[],
  differences: readonly SchemaDifference[],
  recorded: boolean,
): Report {
  const list =
    migrations.length === 1
      ? migrations[0]!
      : `${migrations.length} migrations, ${migrations[0]} to ${migrations.at(-1)}`;
  const text =
    differences.length > 0
      ? [
          `The database of target ${target} is not what its migrations up to ${version} make:`,
          `\n${renderDifferences(differences)}\n`,
          'Nothing was recorded. Change the database or the migrations until they agree; leave out with --ignore what belongs to others.',
        ].join('\n')
      : recorded
        ? `The database of target ${target} is at ${version}. Recorded as applied: ${list}.`
        : `The database of target ${target} is at ${version}. Without --dry-run this would be recorded: ${list}.`;
  return {
    data: { scope, target, baseline: version, migrations, recorded, differences },
    text,
    exitCode: differences.length > 0 ? exitCodes.failed : exitCodes.success,
  };
}
