import { Command, CommanderError } from 'commander';
import { SandboxError } from '../sandbox-error';
import type { CommandLine } from './command';
import { addAlarm } from './commands/alarm';
import { addCancel } from './commands/cancel';
import { addContinueRollback } from './commands/continue-rollback';
import { addDeploy } from './commands/deploy';
import { addDestroy } from './commands/destroy';
import { addEvents } from './commands/events';
import { addOutputs } from './commands/outputs';
import { addReset } from './commands/reset';
import { addRollback } from './commands/rollback';
import { addSql } from './commands/sql';
import { addStacks } from './commands/stacks';
import { addStart } from './commands/start';
import { type ExitCode, exitCodes } from './exit-codes';
import type { CommandLineHost } from './host';

/**
 * Runs one command line, without the name of the program, and returns the exit code of the process. The result of the
 * command is printed. Why it was refused is thrown, so that a host reports it as it reports its own errors.
 * @throws SandboxError, AwsError, and what the host's own functions throw
 */
export async function runCommandLine(args: readonly string[], host: CommandLineHost): Promise<ExitCode> {
  const session: CommandLine = { host, exitCode: exitCodes.success };
  try {
    await buildProgram(session).parseAsync(args, { from: 'user' });
    return session.exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return exitCodes.success;
    // Without a command it has printed its help, which is enough.
    if (error.code === 'commander.help') return exitCodes.usage;
    throw usageError(error);
  }
}

/** The program with all its commands. What is wrong with a command line is thrown. */
export function buildProgram(session: CommandLine): Command {
  const { name, description, version } = session.host;
  const program = new Command(name)
    .description(description)
    .version(version)
    .showSuggestionAfterError()
    .exitOverride()
    // Errors are thrown and printed by the host.
    .configureOutput({ outputError: () => undefined });
  const add = [
    addDeploy,
    addDestroy,
    addStart,
    addSql,
    addStacks,
    addEvents,
    addOutputs,
    addReset,
    addRollback,
    addCancel,
    addContinueRollback,
    addAlarm,
  ];
  for (const addOne of add) addOne(program, session);
  return program;
}

/** Commander writes `error: unknown option '--jsn'\n(Did you mean --json?)`. */
function usageError({ message }: CommanderError): SandboxError {
  const [what = '', suggestion] = message.replace(/^error: /, '').split('\n');
  const hint = [suggestion?.replace(/^\(|\)$/g, ''), 'See --help of the command.'].filter(Boolean).join(' ');
  return new SandboxError('USAGE', `${what.charAt(0).toUpperCase()}${what.slice(1).replace(/\.?$/, '.')}`, { hint });
}
