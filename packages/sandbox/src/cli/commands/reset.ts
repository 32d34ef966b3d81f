import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { requireStateFolder } from '../../control/state-folder';
import { SandboxError } from '../../sandbox-error';
import { addCommand, type CommandLine, does, type Invocation } from '../command';
import { exitCodes } from '../exit-codes';
import type { CommandHelp } from '../help';
import type { Report } from '../output';
import { requireRest } from '../require-rest';
import { type StateOptions, withState } from '../sandbox-options';

interface ResetOptions extends StateOptions {
  readonly yes?: boolean;
}

const help: CommandHelp = {
  summary: 'Delete the sandbox: its stacks, databases, everything',
  description: [
    'Deletes the state folder of the sandbox, with all stacks and databases in it. Databases on a --postgres or --mysql server are kept.',
    'Refuses a folder on which a sandbox runs, and any folder that is not the state folder of a sandbox.',
  ].join(' '),
  examples: [
    { args: '', does: 'the sandbox in ./.sandbox, after a confirmation' },
    { args: '--state /tmp/sandbox --yes', does: 'another one, without a confirmation' },
  ],
  exitCodes: {
    0: 'the folder is deleted',
    1: 'not confirmed; nothing was deleted',
    2: 'the command line is wrong, the folder is not a state folder, or a sandbox runs on it',
  },
  json: '{ "deleted": true, "folder": ".sandbox" }',
};

export function addReset(parent: Command, session: CommandLine): void {
  withState(addCommand(parent, 'reset', help))
    .option('--yes', 'do not ask for confirmation')
    .action(does<ResetOptions>(session, reset));
}

async function reset({ options: { state: folder, yes = false } }: Invocation<ResetOptions>): Promise<Report> {
  requireStateFolder(folder);
  await requireRest(folder);
  if (!yes && !(await confirm(folder))) {
    return { data: { deleted: false, folder }, text: 'Nothing was deleted.', exitCode: exitCodes.failed };
  }
  rmSync(folder, { recursive: true, force: true });
  return { data: { deleted: true, folder }, text: `${folder} is deleted.` };
}

async function confirm(folder: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new SandboxError('USAGE', `There is no terminal on which to confirm that ${folder} may be deleted.`, {
      hint: 'Add --yes.',
    });
  }
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test(await questions.question(`Delete ${folder} with everything in it? [y/N] `));
  } finally {
    questions.close();
  }
}
