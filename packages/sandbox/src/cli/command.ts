import type { Command } from 'commander';
import { type ExitCode, exitCodes } from './exit-codes';
import { addHelp, type CommandHelp } from './help';
import type { CommandLineHost } from './host';
import { type Report, type Terminal, terminal } from './output';

interface CommonOptions {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** What a command works with. */
export interface Invocation<Options> {
  readonly options: Options;
  /** The arguments that are not options. */
  readonly args: readonly string[];
  readonly terminal: Terminal;
  readonly host: CommandLineHost;
}

/**
 * What a command does. Throws if it cannot be done; returns a report with an exit code if it was done and ended badly. One
 * that has printed its report itself returns only the exit code.
 */
type CommandAction<Options> = (invocation: Invocation<Options>) => Promise<Report | ExitCode>;

/** How commands return their exit code to the program that ran the command line. */
export interface CommandLine {
  readonly host: CommandLineHost;
  exitCode: ExitCode;
}

/** Adds a command with its help and the options that every command has. Returns it for more options and its action. */
export function addCommand(parent: Command, name: string, help: CommandHelp): Command {
  return addHelp(parent.command(name), help)
    .option('--json', 'print one JSON document, and nothing else, on stdout')
    .option('--verbose', 'print stack traces, every stack event, and what functions and the app print');
}

/** The handler that commander calls with the arguments of the command, its options and the command itself. */
export function does<Options extends object>(session: CommandLine, work: CommandAction<Options>) {
  return async (...received: readonly unknown[]): Promise<void> => {
    const options = received.at(-2) as Options & CommonOptions;
    const args = received.slice(0, -2) as readonly string[];
    const screen = terminal(options);
    const report = await work({ options, args, terminal: screen, host: session.host });
    if (typeof report === 'number') {
      session.exitCode = report;
      return;
    }
    screen.print(report);
    session.exitCode = report.exitCode ?? exitCodes.success;
  };
}
