import type { Command } from 'commander';
import type { SandboxOptions } from '../api';
import { defaultStateFolder } from '../control/state-folder';
import type { Invocation } from './command';
import { collectPairs } from './options';
import type { Progress } from './progress';
import { eventLine } from './stack-report';

export interface StateOptions {
  readonly state: string;
}

/** The options of commands that run the sandbox. */
export interface RunOptions extends StateOptions {
  readonly postgres?: string;
  readonly mysql?: string;
  readonly assume?: Readonly<Record<string, string>>;
}

export function withState(command: Command): Command {
  return command.option('--state <dir>', 'the state folder of the sandbox', defaultStateFolder);
}

export function withRunOptions(command: Command): Command {
  return withState(command)
    .option('--postgres <url>', 'use this PostgreSQL server for its clusters from now on, instead of the built-in one')
    .option('--mysql <url>', 'use this MySQL or MariaDB server for clusters of Aurora MySQL from now on')
    .option(
      '--assume <name=value>',
      'decide what AWS leaves undocumented, see README.md of @cdk-migrations/sandbox; may be repeated',
      collectPairs,
    );
}

/** Shows on the terminal what happens in the sandbox, as it happens. */
export function watched({ options, terminal }: Invocation<RunOptions>, progress?: Progress): SandboxOptions {
  const { state, postgres, mysql, assume } = options;
  return {
    stateDir: state,
    postgresUrl: postgres,
    mysqlUrl: mysql,
    assumptions: assume,
    onStackEvent: (event) => (progress ? progress.show(event) : terminal.say(eventLine(event, terminal))),
    onWarning: (message) => terminal.warn(terminal.paint('yellow', `warning: ${message}`)),
    onFunctionLog: terminal.verbose ? (name, line) => terminal.warn(`${name}: ${line}`) : undefined,
  };
}
