import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { describe, MigrationError } from '../../core/errors/index';
import type { Control } from '../../core/ports';
import { askBefore, askOfPassesToCome, renderAsked } from '../backfill/ask';
import { dryRunOf } from '../backfill/dry-run';
import { type EndedPasses, endedPassesOf } from '../backfill/ended-passes';
import { type FolderOptions, type LocalMigrations, withLocalMigrations } from '../backfill/local-migrations';
import { type PassReport, passesOf } from '../backfill/passes';
import { renderEnded, renderPasses } from '../backfill/render';
import { dryRunData, renderDryRun } from '../backfill/render-dry-run';
import { startAhead } from '../backfill/start-ahead';
import { undoStarted } from '../backfill/undo-ahead';
import { watch } from '../backfill/watch';
import { addCommand, type CommandLine, does } from '../command';
import { deployedTargets } from '../deployed-targets';
import { exitCodes } from '../exit-codes';
import type { CommandHelp } from '../help';
import { type ScopeAccess, type ScopeOptions, withScope } from '../ledger-access';
import { between, wholeNumber } from '../options';
import type { Report, Terminal } from '../output';
import { withScopeOptions } from '../scope-options';

interface BackfillOptions extends ScopeOptions, FolderOptions {
  readonly rate?: Rate;
  readonly targetVersion?: string;
  readonly segments?: number;
  readonly dryRun?: number;
}

/** Items a second; 0: as many as the database takes; `auto`: as many as the application does not feel. */
type Rate = number | 'auto';

const actions = ['watch', 'status', 'pause', 'resume', 'cancel', 'start', 'undo'] as const;
type Action = (typeof actions)[number];

const help: CommandHelp = {
  summary: 'Watch, pause, resume, cancel or slow data migrations, and try or start them before their deployment',
  description: [
    'Shows how far data migrations are, and which items they left and why; when none is under way, what the last deployment did.',
    'Workers look at what is asked of them before every',
    'page of items, so pause, resume, cancel and --rate take effect within seconds. pause keeps what was done. cancel ends the',
    'work: a deployment that is still applying it is rolled back. Workers go as fast as the application does not feel',
    '(latencyBudget of data()); --rate sets a rate instead. Without an action it watches until nothing is under way.',
    'start does the work of a pending data migration of the working tree in this process, before the deployment that applies it,',
    'and goes on where an earlier one was interrupted; the other actions work on it too. undo takes back what it did. Both need',
    'the permissions of the tick function of the engine.',
    '--dry-run, --segments and --rate also know the migrations of the working tree: the only pending data migration, or the one',
    'that --target-version names.',
  ].join(' '),
  examples: [
    { args: '', does: 'watch what is under way in the sandbox in ./.sandbox' },
    { args: 'status --stack Nutrition', does: 'how far it is in AWS' },
    { args: 'pause --stack Nutrition', does: 'stop after the page at hand' },
    { args: 'resume --rate 200 --stack Nutrition', does: 'go on, with 200 items a second at most' },
    {
      args: '--segments 50 --rate 500 --stack Nutrition',
      does: 'how the pending migration of ./migrations will be worked on',
    },
    {
      args: '--dry-run 20 --stack Nutrition',
      does: 'what the pending migration of ./migrations would do with 20 items',
    },
    {
      args: 'start --target-version 1.2.0 --rate 500 --stack Nutrition',
      does: 'do its work before it is deployed, 500 items a second at most',
    },
    { args: 'undo --target-version 1.2.0 --stack Nutrition', does: 'take back what was done so' },
  ],
  exitCodes: {
    1: 'a data migration failed or was cancelled, or would fail (--dry-run); or AWS or the sandbox refused a request',
    2: 'the command line is wrong, nothing is under way that could be paused, resumed or cancelled, no data migration is meant, or it has begun with other segments',
  },
  json: [
    '{ "scope": "...", "passes": [{ "migration": "meals/1.2.0", "table": "mealPlans", "does": "write",',
    '  "phase": "backfill",                   or verify, sweep, contract',
    '  "ahead": false, "state": "running",',
    '  "rateLimit": 200, "progress": { "segments": { "of": 5, "done": 2, "running": 3, "failed": 0 }, "percent": 40,',
    '  "counts": { "read": 2100, "updated": 2100, ... }, "rate": 410, "secondsLeft": 7 },',
    '  "left": [{ "key": "...", "why": "failed", "reason": "..." }] }] }',
    'When nothing is under way, also what the last deployment did, if it worked on items; its state is rolled-back or committed:',
    '{ "scope": "...", "passes": [], "last": { "deployment": "...", "state": "rolled-back", "endedAt": "2026-...", "passes": [...] } }',
    'With --segments, or --rate before it begins:',
    '{ "scope": "...", "migration": "meals/1.2.0", "asked": { "segments": 50, "rate": 500 } }',
    'With start and undo; state is done, taken-over or undone:',
    '{ "scope": "...", "migration": "meals/1.2.0", "state": "done", "counts": { "read": 2100, "updated": 2100, ... } }',
    'With --dry-run:',
    '{ "scope": "...", "migration": "meals/1.2.0", "source": "mealPlans", "table": "mealPlans", "mayFail": 0,',
    '  "counts": { "read": 20, "updated": 19, "failed": 1, ... },',
    '  "items": [{ "key": "...", "outcome": "changed", "changes": [{ "key": "...", "before": { ... }, "after": { ... } }] },',
    '            { "key": "...", "outcome": "failed", "reason": "...", "changes": [] }] }',
    'before and after are null where there is no item. { "set": [...] }, { "bytes": "<base64>" } and { "number": "<digits>" } stand',
    'for what JSON has no word for.',
  ].join('\n'),
};

export function addBackfill(parent: Command, session: CommandLine): void {
  withScopeOptions(addCommand(parent, 'backfill', help))
    .argument('[action]', `one of ${actions.join(', ')}`, 'watch')
    .option(
      '--rate <items>',
      'items a second at most, of all workers together; 0 for no limit, auto for the latency budget. Also before it begins',
      rateOf,
    )
    .option('--target-version <version>', 'only the migration of this version, or with this id')
    .option(
      '--segments <count>',
      'before a deployment begins it: how many segments, 1 to 1000; 0 for as many as the migration says',
      between(0, 1000),
    )
    .option(
      '--dry-run <items>',
      'show what a migration would do with so many items, 1 to 1000; writes nothing',
      between(1, 1000),
    )
    .option('--migrations <dir>', 'the folder with the migration that no deployment has begun', 'migrations')
    .option(
      '--config <file>',
      'what the targets of that folder are (default: as `validate` finds it, or as they are deployed)',
    )
    .action(
      does<BackfillOptions>(session, (options, terminal, action = 'watch') =>
        backfill(options, terminal, actionOf(action)),
      ),
    );
}

function rateOf(text: string): Rate {
  return text === 'auto' ? text : wholeNumber(text);
}

function actionOf(text: string): Action {
  const action = actions.find((known) => known === text);
  if (action) return action;
  throw new InvalidArgumentError(describe({ what: 'Unknown action', seen: text, allowed: actions }));
}

function backfill(options: BackfillOptions, terminal: Terminal, action: Action): Promise<Report> {
  const { rate, targetVersion, segments, dryRun, migrations, config, ...scope } = options;
  if (segments !== undefined && action !== 'watch' && action !== 'start') throw alone('--segments', ' but start');
  if (dryRun !== undefined) {
    if (action !== 'watch' || (segments ?? rate) !== undefined) throw alone('--dry-run', ' and with no other change');
    return tryOn(options, dryRun, terminal);
  }
  const folder = { migrations, config };
  if (action === 'start') {
    return withScope(scope, (access) =>
      withLocal(access, folder, (local) => startAhead(access, local, { targetVersion, segments, rate }, terminal)),
    );
  }
  if (action === 'undo') {
    return withScope(scope, (access) =>
      undoStarted(access, () => withLocal(access, folder, async (built) => built), targetVersion, terminal),
    );
  }
  return withScope(scope, async (access) => {
    const passes = async () =>
      (await passesOf(access)).filter(
        ({ version, migration }) => targetVersion === undefined || [version, migration].includes(targetVersion),
      );
    if (action === 'pause') await control(access, await passes(), { state: 'paused' }, rate);
    if (action === 'resume') await control(access, await passes(), { state: 'running' }, rate);
    if (action === 'cancel') await control(access, await passes(), { state: 'cancelled' }, rate);
    if (action === 'watch') {
      const isToCome = rate !== undefined && existsSync(migrations) && (await passes()).every(isOver);
      if (segments !== undefined || isToCome) return ask(access, options);
      if (rate !== undefined) await control(access, await passes(), {}, rate);
      await watch(access, passes, terminal);
    }
    const now = await passes();
    const last = now.length === 0 ? await endedPassesOf(access) : undefined;
    return report(access, now, last, terminal);
  });
}

/** Builds the migrations of the working tree, for the databases that are deployed. */
async function withLocal<T>(
  access: ScopeAccess,
  { migrations, config }: FolderOptions,
  work: (local: LocalMigrations) => Promise<T>,
): Promise<T> {
  return withLocalMigrations({ migrations, config, deployed: await deployedTargets(access) }, work);
}

/** Shows what a migration of the working tree would do. */
function tryOn(options: BackfillOptions, items: number, terminal: Terminal): Promise<Report> {
  return withScope(options, (access) =>
    withLocal(access, options, async (local) => {
      const report = await dryRunOf(access, local, options.targetVersion, items);
      const { counts, mayFail } = report;
      return {
        data: dryRunData(access.scope, report),
        text: renderDryRun(access.scope, report, terminal),
        exitCode: counts.failed > mayFail || counts.wrong > 0 ? exitCodes.failed : exitCodes.success,
      };
    }),
  );
}

/** Notes what is asked of a migration of the working tree, for the deployment that will begin it. */
function ask(access: ScopeAccess, { segments, rate, targetVersion, ...folder }: BackfillOptions): Promise<Report> {
  return withLocal(access, folder, async (local) => {
    const asked = await askBefore(access, local, targetVersion, { segments, rate });
    return { data: { scope: access.scope, ...asked }, text: renderAsked(access.scope, asked) };
  });
}

function alone(option: string, but: string): MigrationError {
  return new MigrationError('USAGE', `${option} goes with no action${but}.`, {
    hint: 'Write it with --target-version only, and the other in a command of its own.',
  });
}

/** Asks it of all passes that have not ended. What is undone cannot be cancelled. */
async function control(
  { ports, scope }: ScopeAccess,
  passes: readonly PassReport[],
  change: Partial<Control>,
  rate: Rate | undefined,
): Promise<void> {
  const open = passes.filter((pass) => !isOver(pass) && !(change.state === 'cancelled' && pass.does === 'undo'));
  if (open.length === 0) throw nothingUnderWay(scope);
  for (const { pass, control: now } of open) {
    const { rate: former, ...others } = { ...now, ...change };
    const limit = rate ?? former;
    await ports.segments.setControl(pass, { ...others, ...(typeof limit === 'number' && { rate: limit }) });
  }
  if (rate !== undefined) await askOfPassesToCome({ ports, scope }, open, rate);
}

function isOver({ state }: PassReport): boolean {
  return state === 'done';
}

function report(
  { scope }: ScopeAccess,
  passes: readonly PassReport[],
  last: EndedPasses | undefined,
  terminal: Terminal,
): Report {
  const hasEndedBadly = passes.some(({ state }) => state === 'failed' || state === 'cancelled');
  return {
    data: { scope, passes: plain(passes), ...(last && { last: { ...last, passes: plain(last.passes) } }) },
    text: last ? renderEnded(scope, last, terminal) : renderPasses(scope, passes, terminal),
    exitCode: hasEndedBadly ? exitCodes.failed : exitCodes.success,
  };
}

function plain(passes: readonly PassReport[]) {
  return passes.map(({ migration, table, does, phase, isAhead: ahead, state, control, progress, left }) => ({
    ...{ migration, table, does, phase, ahead, state, rateLimit: control.rate ?? null, progress, left },
  }));
}

function nothingUnderWay(scope: string): MigrationError {
  return new MigrationError('NOTHING_UNDER_WAY', `${scope} has no data migration under way.`, {
    payload: { scope },
    hint: 'A data migration runs when a deployment applies it; see `migrations status`.',
  });
}
