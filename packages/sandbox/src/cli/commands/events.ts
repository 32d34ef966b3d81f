import type { Command } from 'commander';
import { addCommand, type CommandLine, does, type Invocation } from '../command';
import type { CommandHelp } from '../help';
import { lookInto } from '../open';
import { wholeNumber } from '../options';
import type { Report } from '../output';
import { requireStack } from '../require-stack';
import { type StateOptions, withState } from '../sandbox-options';
import { eventLine } from '../stack-report';

interface EventsOptions extends StateOptions {
  readonly stack?: string;
  readonly last?: number;
}

const help: CommandHelp = {
  summary: 'Show the events of stacks, oldest first',
  description: 'Shows the events of all stacks, or of one, oldest first: time, status, logical id, type, reason.',
  examples: [
    { args: '--stack Nutrition', does: 'everything that ever happened to a stack' },
    { args: '--last 20', does: 'the last 20 events of all stacks' },
  ],
  exitCodes: { 2: 'the command line is wrong, or there is no such stack' },
  json: [
    '[{ "stack": "Nutrition", "time": "2026-...", "logicalId": "FeatureFlags", "physicalId": "...",',
    '   "type": "AWS::SSM::Parameter", "status": "UPDATE_COMPLETE", "reason": "" }]',
  ].join('\n'),
};

export function addEvents(parent: Command, session: CommandLine): void {
  withState(addCommand(parent, 'events', help))
    .option('--stack <name>', 'only this stack')
    .option('--last <number>', 'only so many, the last ones', wholeNumber)
    .action(does<EventsOptions>(session, showEvents));
}

function showEvents({ options, terminal }: Invocation<EventsOptions>): Promise<Report> {
  return lookInto({ stateDir: options.state }, async (sandbox) => {
    const all = await sandbox.stacks();
    const stacks = options.stack === undefined ? all : [requireStack(all, options.stack)];
    const events = (await Promise.all(stacks.map(({ stack }) => sandbox.events(stack)))).flat();
    const sorted = events.toSorted((a, b) => a.time.localeCompare(b.time));
    const shown = options.last === undefined ? sorted : sorted.slice(Math.max(0, sorted.length - options.last));
    return {
      data: shown,
      text: shown.length === 0 ? 'There are no events.' : shown.map((event) => eventLine(event, terminal)).join('\n'),
    };
  });
}
