import type { Command } from 'commander';
import { type ExitCode, exitCodes } from './exit-codes';
import type { CommandLineHost } from './host';
import { type Report, type Terminal, terminal } from './output';

interface CommonOptions {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** What a command works with. */
export interface Invocation<Options> {
  readonly options: Options;
  /** The arguments that are no options. */
  readonly args: readonly string[];
  readonly terminal: Terminal;
  readonly host: CommandLineHost;
}

/** The work of a command. Throws when it cannot be done; a report with an exit code when it was done and ended badly. */
type CommandAction<Options> = (invocation: Invocation<Options>) => Promise<Report | undefined>;

/** How commands hand their exit code to who ran the command line. */
export interface CommandLine {
  readonly host: CommandLineHost;
  exitCode: ExitCode;
}

/** Adds a command with the options that every command has. Returns it for more options; `does` gives it its work. */
export function addCommand(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .option('--json', 'print one JSON document and nothing else on stdout', false)
    .option('--verbose', 'print stack traces and details', false);
}

/** The handler that commander calls: with the arguments of the command, its options and itself. */
export function does<Options extends object>(session: CommandLine, work: CommandAction<Options>) {
  return async (...received: readonly unknown[]): Promise<void> => {
    const options = received.at(-2) as Options & CommonOptions;
    const args = received.slice(0, -2) as readonly string[];
    const screen = terminal(options);
    const report = await work({ options, args, terminal: screen, host: session.host });
    if (report) screen.print(report);
    session.exitCode = report?.exitCode ?? exitCodes.success;
  };
}
