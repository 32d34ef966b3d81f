import type { Argument, Command, Option } from 'commander';
import { sandboxHost } from '../../cli/commands/sandbox';
import * as ours from '../../cli/help';
import { buildProgram } from '../../cli/main';
import * as theirs from '../../packages/sandbox/src/cli/help';
import { buildProgram as buildSandbox } from '../../packages/sandbox/src/cli/program';

type Help = typeof ours;

/** A list of all commands, and a section for each with everything that its `--help` says. */
export function commands(): readonly string[] {
  const program = buildProgram({ exitCode: 0 }, []);
  const own = program.commands.filter((command) => command.name() !== 'sandbox');
  const sandbox = buildSandbox({ exitCode: 0, host: sandboxHost }).commands;
  return [
    ...table(['command', ''], [...own.map(entry(ours)), ...sandbox.map(entry(theirs))]),
    ...own.flatMap(section(ours)),
    ...sandbox.flatMap(section(theirs)),
  ];
}

function entry({ helpOf, pathOf }: Help) {
  return (command: Command) => [`[\`${pathOf(command)}\`](#${anchorOf(pathOf(command))})`, helpOf(command)!.summary];
}

/** As GitHub derives it from the heading. */
function anchorOf(heading: string): string {
  return heading.replaceAll(' ', '-');
}

function section({ helpOf, pathOf, examplesOf, meaningsOf }: Help) {
  return (command: Command): readonly string[] => {
    const help = helpOf(command)!;
    const examples = examplesOf(command, help).flatMap(([line, does]) => [`# ${does}`, line]);
    return [
      `### \`${pathOf(command)}\``,
      '',
      ...help.description.split('\n').map(listItem),
      '',
      ...fence('', [`${pathOf(command)} ${command.usage()}`]),
      ...table(['argument', ''], command.registeredArguments.map(describeArgument)),
      ...table(['option', ''], command.options.map(describeOption)),
      ...fence('sh', examples),
      ...table(['exit code', ''], meaningsOf(help)),
      'With `--json`:',
      '',
      ...fence('', help.json.split('\n')),
    ];
  };
}

/** An indented line of a description is an item of a list: a word, and what it means. */
function listItem(line: string): string {
  const [, word, meaning] = /^ {2}(\S+) +(.*)$/.exec(line) ?? [];
  return word === undefined ? line : `* \`${word}\`: ${meaning}`;
}

function describeArgument(argument: Argument): readonly string[] {
  const term = argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
  return [`\`${term}\``, withNotes(argument.description, choicesOf(argument.argChoices), defaultOf(argument))];
}

function describeOption(option: Option): readonly string[] {
  const required = option.mandatory ? ['required'] : [];
  return [
    `\`${option.flags}\``,
    withNotes(option.description, required, choicesOf(option.argChoices), defaultOf(option)),
  ];
}

function choicesOf(choices: readonly string[] | undefined): readonly string[] {
  return choices ? [`one of ${choices.map((choice) => `\`${choice}\``).join(', ')}`] : [];
}

/** Only of options with a value: a flag is off unless it is given. */
function defaultOf({ defaultValue }: { readonly defaultValue?: unknown }): readonly string[] {
  return typeof defaultValue === 'string' ? [`default: \`${defaultValue}\``] : [];
}

function withNotes(description: string, ...notes: readonly (readonly string[])[]): string {
  const all = notes.flat();
  return all.length === 0 ? description : `${description} (${all.join('; ')})`;
}

function fence(language: string, lines: readonly string[]): readonly string[] {
  return [`\`\`\`${language}`, ...lines, '```', ''];
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), '|---|---|', ...rows.map(line), ''];
}
