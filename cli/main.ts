import { Command, CommanderError } from 'commander';
import { addSandbox } from '../packages/sandbox/src/cli/program';
import type { CommandLine } from './command';
import { addHistory } from './commands/history';
import { addRepair } from './commands/repair';
import { addStatus } from './commands/status';
import { addUnlock } from './commands/unlock';
import { addValidate } from './commands/validate';
import { type ExitCode, exitCodes } from './exit-codes';
import { packageVersion } from './package-version';
import { reportError } from './report-error';

/** The SDK warns on every start about versions of Node that it will drop. Which ones we support is our word. */
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

/** Runs one command line, without the program's name in front, and says with which code the process should end. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const session: CommandLine = { exitCode: exitCodes.success };
  try {
    await buildProgram(session).parseAsync(args, { from: 'user' });
    return session.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.success;
    // A group without a command (`migrations sandbox`) has printed its help; there is no more to say.
    if (error instanceof CommanderError && error.code === 'commander.help') return exitCodes.usage;
    const verbose = args.includes('--verbose') || Boolean(process.env['DEBUG']);
    return reportError(error, { json: args.includes('--json'), verbose });
  }
}

function buildProgram(session: CommandLine): Command {
  const program = new Command('migrations')
    .description('Looks after the database migrations of CDK apps, and deploys CDK apps to a local AWS.')
    .version(packageVersion())
    .showSuggestionAfterError()
    .exitOverride()
    // Errors are printed in one place, with code and hint: ./report-error.ts.
    .configureOutput({ outputError: () => undefined });
  addStatus(program, session);
  addHistory(program, session);
  addValidate(program, session);
  addUnlock(program, session);
  addRepair(program, session);
  addSandbox(program, session);
  return program;
}
