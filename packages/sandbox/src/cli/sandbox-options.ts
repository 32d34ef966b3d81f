import type { Command } from 'commander';
import type { SandboxOptions } from '..';
import { defaultStateFolder } from '../control/state-folder';
import { collectPairs } from './options';
import type { Terminal } from './output';
import { eventLine } from './stack-report';

export interface StateOptions {
  readonly state: string;
}

/** What a command that runs the sandbox may say about it. */
export interface RunOptions extends StateOptions {
  readonly postgres?: string;
  readonly assume?: Readonly<Record<string, string>>;
}

export function withState(command: Command): Command {
  return command.option('--state <dir>', 'the folder that holds the sandbox', defaultStateFolder);
}

export function withRunOptions(command: Command): Command {
  return withState(command)
    .option('--postgres <url>', 'a PostgreSQL server for the clusters, instead of the built-in one; remembered')
    .option('--assume <name=value>', 'what to take for true where AWS says nothing, see docs/sandbox.md', collectPairs);
}

/** Shows on the terminal what happens in the sandbox, while it happens. */
export function watched({ state, postgres, assume }: RunOptions, terminal: Terminal): SandboxOptions {
  return {
    stateDir: state,
    postgresUrl: postgres,
    assumptions: assume,
    onStackEvent: (event) => terminal.say(eventLine(event, terminal)),
    onWarning: (message) => terminal.warn(terminal.paint('yellow', `warning: ${message}`)),
    onFunctionLog: terminal.verbose ? (name, line) => terminal.warn(`${name}: ${line}`) : undefined,
  };
}
