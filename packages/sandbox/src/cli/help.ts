import type { Command } from 'commander';
import { type ExitCode, exitCodes } from './exit-codes';

/** What `--help` of a command says besides its usage, arguments and options. */
export interface CommandHelp {
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What the command does and does not do, in sentences. */
  readonly description: string;
  readonly examples: readonly Example[];
  /** What the exit codes mean for this command, where that is more than {@link commonMeanings}. */
  readonly exitCodes?: Meanings;
  /** The document that `--json` prints when the command succeeds. */
  readonly json: string;
}

export interface Example {
  /** What is typed after the name of the command. */
  readonly args: string;
  /** What it does, as a comment above the line. */
  readonly does: string;
}

type Meanings = Readonly<Partial<Record<ExitCode, string>>>;

const commonMeanings: Meanings = {
  [exitCodes.success]: 'done',
  [exitCodes.failed]: 'the sandbox refused the request; nothing was changed',
  [exitCodes.usage]: 'the command line, or something that it names, is wrong; nothing was changed',
};

const helps = new WeakMap<Command, CommandHelp>();

/** Gives a command its help. Returns the command. */
export function addHelp(command: Command, help: CommandHelp): Command {
  helps.set(command, help);
  return command
    .summary(help.summary)
    .description(help.description)
    .addHelpText('after', () => renderHelp(command, help));
}

/** The help of a command; undefined for a mere group of commands. */
export function helpOf(command: Command): CommandHelp | undefined {
  return helps.get(command);
}

/** Each exit code that a command can end with, and what it means there. */
export function meaningsOf(help: CommandHelp): readonly (readonly [code: string, meaning: string])[] {
  return Object.entries({ ...commonMeanings, ...help.exitCodes });
}

/** The lines of the examples, as typed, and what each does. */
export function examplesOf(
  command: Command,
  { examples }: CommandHelp,
): readonly (readonly [line: string, does: string])[] {
  return examples.map(({ args, does }) => [`${pathOf(command)} ${args}`.trimEnd(), does]);
}

/** The names of a command and of the groups and the program that it is in. */
export function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

function renderHelp(command: Command, help: CommandHelp): string {
  return [
    '',
    'Examples:',
    ...examplesOf(command, help).flatMap(([line, does]) => [`  # ${does}`, `  ${line}`]),
    '',
    'Exit codes:',
    ...meaningsOf(help).map(([code, meaning]) => `  ${code}  ${meaning}`),
    '',
    'Printed with --json:',
    ...help.json.split('\n').map((line) => `  ${line}`),
  ].join('\n');
}
