import { type Command, InvalidArgumentError } from 'commander';
import { describe, MigrationError } from '../../core/errors/index';
import type { Control } from '../../core/ports';
import { type PassReport, passesOf } from '../backfill/passes';
import { progressLine, renderPasses } from '../backfill/render';
import { addCommand, type CommandLine, does } from '../command';
import { exitCodes } from '../exit-codes';
import type { CommandHelp } from '../help';
import { type ScopeAccess, type ScopeOptions, withScope } from '../ledger-access';
import { wholeNumber } from '../options';
import type { Report, Terminal } from '../output';
import { withScopeOptions } from '../scope-options';

interface BackfillOptions extends ScopeOptions {
  readonly rate?: Rate;
  readonly targetVersion?: string;
}

/** Items a second; 0: as many as the database takes; `auto`: as many as the application does not feel. */
type Rate = number | 'auto';

const actions = ['watch', 'status', 'pause', 'resume', 'cancel'] as const;
type Action = (typeof actions)[number];

const help: CommandHelp = {
  summary: 'Watch the data migrations under way, and pause, resume, cancel or slow them',
  description: [
    'Shows how far data migrations are, and which items they left and why. Workers look at what is asked of them before every',
    'page of items, so pause, resume, cancel and --rate take effect within seconds. pause keeps what was done. cancel ends the',
    'work: a deployment that is still applying it is rolled back. Workers go as fast as the application does not feel',
    '(latencyBudget of data()); --rate sets a rate instead. Without an action it watches until nothing is under way.',
  ].join(' '),
  examples: [
    { args: '', does: 'watch what is under way in the sandbox in ./.sandbox' },
    { args: 'status --stack Nutrition', does: 'how far it is in AWS' },
    { args: 'pause --stack Nutrition', does: 'stop after the page at hand' },
    { args: 'resume --rate 200 --stack Nutrition', does: 'go on, with 200 items a second at most' },
  ],
  exitCodes: {
    1: 'a data migration failed or was cancelled; or AWS or the sandbox refused a request',
    2: 'the command line is wrong, or nothing is under way that could be paused, resumed or cancelled',
  },
  json: [
    '{ "scope": "...", "passes": [{ "migration": "meals/1.2.0", "table": "mealPlans", "does": "write", "state": "running",',
    '  "rateLimit": 200, "progress": { "segments": { "of": 5, "done": 2, "running": 3, "failed": 0 }, "percent": 40,',
    '  "counts": { "read": 2100, "updated": 2100, ... }, "rate": 410, "secondsLeft": 7 },',
    '  "left": [{ "key": "...", "why": "failed", "reason": "..." }] }] }',
  ].join('\n'),
};

export function addBackfill(parent: Command, session: CommandLine): void {
  withScopeOptions(addCommand(parent, 'backfill', help))
    .argument('[action]', `one of ${actions.join(', ')}`, 'watch')
    .option(
      '--rate <items>',
      'items a second at most, of all workers together; 0 for no limit, auto for the latency budget',
      rateOf,
    )
    .option('--target-version <version>', 'only the migration of this version')
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
  const { rate, targetVersion, ...scope } = options;
  return withScope(scope, async (access) => {
    const passes = async () =>
      (await passesOf(access)).filter(({ version }) => targetVersion === undefined || version === targetVersion);
    if (action === 'pause') await control(access, await passes(), { state: 'paused' }, rate);
    if (action === 'resume') await control(access, await passes(), { state: 'running' }, rate);
    if (action === 'cancel') await control(access, await passes(), { state: 'cancelled' }, rate);
    if (action === 'watch') {
      if (rate !== undefined) await control(access, await passes(), {}, rate);
      await watch(access, passes, terminal);
    }
    return report(access, await passes(), terminal);
  });
}

/** Asks it of all passes that have not ended. What is undone cannot be cancelled. */
async function control(
  { ports, scope }: ScopeAccess,
  passes: readonly PassReport[],
  change: Partial<Control>,
  rate: Rate | undefined,
): Promise<void> {
  const open = passes.filter(
    ({ state, does }) => state !== 'done' && !(change.state === 'cancelled' && does === 'undo'),
  );
  if (open.length === 0) throw nothingUnderWay(scope);
  for (const { pass, control: now } of open) {
    const { rate: former, ...others } = { ...now, ...change };
    const limit = rate ?? former;
    await ports.segments.setControl(pass, { ...others, ...(typeof limit === 'number' && { rate: limit }) });
  }
}

/** Milliseconds between two looks. */
const watchInterval = 1_000;

async function watch(
  { ports }: ScopeAccess,
  passes: () => Promise<readonly PassReport[]>,
  terminal: Terminal,
): Promise<void> {
  let shown = '';
  for (;;) {
    const open = (await passes()).filter(
      ({ state }) => state === 'running' || state === 'waiting' || state === 'paused',
    );
    if (open.length === 0) return;
    const lines = open.map(progressLine).join('\n');
    if (lines !== shown) terminal.say(lines);
    shown = lines;
    await ports.clock.sleep(watchInterval);
  }
}

function report({ scope }: ScopeAccess, passes: readonly PassReport[], terminal: Terminal): Report {
  const hasEndedBadly = passes.some(({ state }) => state === 'failed' || state === 'cancelled');
  return {
    data: {
      scope,
      passes: passes.map(({ migration, table, does, state, control, progress, left }) => ({
        ...{ migration, table, does, state, rateLimit: control.rate ?? null, progress, left },
      })),
    },
    text: renderPasses(scope, passes, terminal),
    exitCode: hasEndedBadly ? exitCodes.failed : exitCodes.success,
  };
}

function nothingUnderWay(scope: string): MigrationError {
  return new MigrationError('NOTHING_UNDER_WAY', `${scope} has no data migration under way.`, {
    payload: { scope },
    hint: 'A data migration runs when a deployment applies it; see `migrations status`.',
  });
}
