import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { sandboxHost } from '../../cli/commands/sandbox';
import { exitCodes } from '../../cli/exit-codes';
import * as ours from '../../cli/help';
import { buildProgram } from '../../cli/main';
import * as sandbox from '../../packages/sandbox/src/cli/help';
import { buildProgram as buildSandbox } from '../../packages/sandbox/src/cli/program';
import { runCli } from '../support/run-cli';

/** All commands with the functions that know their help; of new programs each time: parsing leaves its options behind. */
function commands(): readonly (readonly [Command, typeof ours])[] {
  const program = buildProgram({ exitCode: exitCodes.success }, []);
  const own = program.commands.filter((command) => command.name() !== 'sandbox');
  const ofSandbox = buildSandbox({ exitCode: exitCodes.success, host: sandboxHost }).commands;
  return [
    ...own.map((command) => [command, ours] as const),
    ...ofSandbox.map((command) => [command, sandbox] as const),
  ];
}

const paths = commands().map(([command, { pathOf }], index) => [pathOf(command), index] as const);
const examples = commands().flatMap(([command, { examplesOf, helpOf }], index) =>
  examplesOf(command, helpOf(command)!).map(([line]) => [line, index] as const),
);

/** The words of a line, as a shell splits it. */
function words(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

describe('the help', () => {
  it('exists for every command', () => {
    expect(paths).toHaveLength(20);
    expect(commands().filter(([command, { helpOf }]) => !helpOf(command))).toEqual([]);
  });

  it.each(paths)('shows examples, exit codes and the shape of the JSON of %s', (_path, index) => {
    const [command, { helpOf, meaningsOf }] = commands()[index]!;
    const help = helpOf(command)!;
    const known = Object.values(exitCodes).map(String);

    expect(help.examples.length).toBeGreaterThan(0);
    expect(help.json).toMatch(/^[[{].*[\]}]/s);
    expect(known).toEqual(expect.arrayContaining(meaningsOf(help).map(([code]) => code)));
  });

  it.each(examples)('has an example that the program accepts: %s', (line, index) => {
    const [command, { pathOf }] = commands()[index]!;
    const given = words(line).slice(pathOf(command).split(' ').length);
    const { operands, unknown } = command.parseOptions([...given]);
    const required = command.registeredArguments.filter((argument) => argument.required);
    const mandatory = command.options.filter((option) => option.mandatory).map((option) => option.attributeName());

    expect(unknown).toEqual([]);
    expect(operands.length).toBeGreaterThanOrEqual(required.length);
    expect(operands.length).toBeLessThanOrEqual(command.registeredArguments.length);
    expect(Object.keys(command.opts())).toEqual(expect.arrayContaining(mandatory));
  });

  it('is printed by --help', async () => {
    const { stdout } = await runCli(['unlock', '--help']);

    expect(stdout).toMatch(/^Usage: migrations unlock \[options\]\n\nShows which process holds the lease on a scope/);
    expect(stdout).toMatch(/\nExamples:\n {2}# the sandbox in \.\/\.sandbox\n {2}migrations unlock\n/);
    expect(stdout).toMatch(/\nExit codes:\n {2}0 {2}the scope is not locked, or not any more\n/);
    expect(stdout).toMatch(/\nPrinted with --json:\n {2}\{ "scope": /);
  });
});
