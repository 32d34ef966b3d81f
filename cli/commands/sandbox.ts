import type { Command } from 'commander';
import type { CommandLine } from '../command';
import { findDatabase } from '../find-database';
import { packageVersion } from '../package-version';
import { useSandbox } from '../sandbox-package';

const about = 'A local AWS in a folder, for CDK apps and their migrations';

/** What the commands of the sandbox are told about this program. */
export const sandboxHost = {
  name: 'migrations sandbox',
  description: about,
  version: packageVersion(),
  databaseNames: { about: 'name of a deployed target', find: findDatabase },
  repairCommand: 'migrations repair',
};

/**
 * Adds the commands of the package @cdk-migrations/sandbox, under a name of ours.
 *
 * @param args the whole command line: everything after `sandbox` is for the package, even if it looks like our options
 */
export function addSandbox(program: Command, session: CommandLine, args: readonly string[]): void {
  program
    .command('sandbox')
    .description(about)
    .usage('[command] [options]')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async () => {
      session.exitCode = await useSandbox(({ runCommandLine }) =>
        runCommandLine(args.slice(args.indexOf('sandbox') + 1), sandboxHost),
      );
    });
}
