import type { Command } from 'commander';
import type { ExitCode } from './exit-codes';
import { exitCodes } from './exit-codes';
import { addHelp, type CommandHelp } from './help';
import { type Report, type Terminal, terminal } from './output';

export interface CommonOptions {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** What a command does. Throws if it cannot be done; returns a report with an exit code if it was done and ended badly. */
export type CommandAction<Options> = (
  options: Options,
  terminal: Terminal,
  ...args: readonly string[]
) => Promise<Report | undefined>;

/** How commands hand their exit code to `main`. */
export interface CommandLine {
  exitCode: ExitCode;
}

/** Adds a command with its help and the options that every command has. Returns it for more options and its action. */
export function addCommand(parent: Command, name: string, help: CommandHelp): Command {
  return addHelp(parent.command(name), help)
    .option('--json', 'print one JSON document, and nothing else, on stdout')
    .option('--verbose', 'print stack traces and details');
}

/** The handler that commander calls with the arguments of the command, its options and the command itself. */
export function does<Options extends object>(session: CommandLine, work: CommandAction<Options & CommonOptions>) {
  return async (...received: readonly unknown[]): Promise<void> => {
    const options = received.at(-2) as Options & CommonOptions;
    const screen = terminal(options);
    const report = await work(options, screen, ...(received.slice(0, -2) as readonly string[]));
    if (report) screen.print(report);
    session.exitCode = report?.exitCode ?? exitCodes.success;
  };
}
