import { Command, CommanderError } from 'commander';
import type { CommandLine } from './command';
import { addBackfill } from './commands/backfill';
import { addBaseline } from './commands/baseline';
import { addDrift } from './commands/drift';
import { addHistory } from './commands/history';
import { addRepair } from './commands/repair';
import { addSandbox } from './commands/sandbox';
import { addStatus } from './commands/status';
import { addUnlock } from './commands/unlock';
import { addValidate } from './commands/validate';
import { type ExitCode, exitCodes } from './exit-codes';
import { packageVersion } from './package-version';
import { reportError } from './report-error';

/** The SDK warns on every start about versions of Node that it will drop. Which ones we support is our decision. */
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

/** Runs one command line, without the name of the program, and returns the exit code of the process. */
export async function main(given: readonly string[]): Promise<ExitCode> {
  const args = isHelpOfSandbox(given) ? ['sandbox', '--help'] : given;
  const session: CommandLine = { exitCode: exitCodes.success };
  try {
    await buildProgram(session, args).parseAsync(args, { from: 'user' });
    return session.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.success;
    // Without a command it has printed its help, which is enough.
    if (error instanceof CommanderError && error.code === 'commander.help') return exitCodes.usage;
    const verbose = args.includes('--verbose') || Boolean(process.env['DEBUG']);
    return reportError(error, { json: args.includes('--json'), verbose });
  }
}

/** Commander would print its own help of a command that accepts any arguments, because it does not know their commands. */
function isHelpOfSandbox([first, second]: readonly string[]): boolean {
  return first === 'help' && second === 'sandbox';
}

/**
 * The program with all its commands. What is wrong with a command line is thrown.
 *
 * @param args the command line that it is going to parse
 */
export function buildProgram(session: CommandLine, args: readonly string[]): Command {
  const program = new Command('migrations')
    .description('Manages the database migrations of CDK apps, and deploys CDK apps to a local AWS.')
    .version(packageVersion())
    .showSuggestionAfterError()
    .exitOverride()
    // Errors are printed in one place, with code and hint: ./report-error.ts.
    .configureOutput({ outputError: () => undefined });
  addStatus(program, session);
  addHistory(program, session);
  addDrift(program, session);
  addValidate(program, session);
  addUnlock(program, session);
  addRepair(program, session);
  addBackfill(program, session);
  addBaseline(program, session);
  addSandbox(program, session, args);
  return program;
}
