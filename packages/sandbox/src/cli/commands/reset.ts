import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { requireStateFolder } from '../../control/state-folder';
import { SandboxError } from '../../sandbox-error';
import { addCommand, type CommandLine, does, type Invocation } from '../command';
import { exitCodes } from '../exit-codes';
import type { Report } from '../output';
import { requireRest } from '../require-rest';
import { type StateOptions, withState } from '../sandbox-options';

interface ResetOptions extends StateOptions {
  readonly yes?: boolean;
}

export function addReset(parent: Command, session: CommandLine): void {
  withState(addCommand(parent, 'reset', 'Delete the sandbox: its stacks, databases, everything'))
    .option('--yes', 'do not ask')
    .action(does<ResetOptions>(session, reset));
}

async function reset({ options: { state: folder, yes = false } }: Invocation<ResetOptions>): Promise<Report> {
  requireStateFolder(folder);
  requireRest(folder);
  if (!yes && !(await confirm(folder))) {
    return { data: { deleted: false, folder }, text: 'Nothing was deleted.', exitCode: exitCodes.failed };
  }
  rmSync(folder, { recursive: true, force: true });
  return { data: { deleted: true, folder }, text: `${folder} is deleted.` };
}

async function confirm(folder: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new SandboxError('USAGE', `There is no terminal to ask whether ${folder} may be deleted.`, {
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
