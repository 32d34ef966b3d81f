import type { Command } from 'commander';
import { addCommand, type CommandLine, does } from '../command';
import { open } from '../open';
import type { Report, Terminal } from '../output';
import { requireRest } from '../require-rest';
import { type RunOptions, watched, withRunOptions } from '../sandbox-options';

export function addStart(parent: Command, session: CommandLine): void {
  withRunOptions(
    addCommand(parent, 'start', 'Keep the sandbox and its endpoints up until this command is interrupted'),
  ).action(does<RunOptions>(session, start));
}

async function start(options: RunOptions, terminal: Terminal): Promise<undefined> {
  requireRest(options.state);
  const sandbox = await open(watched(options, terminal));
  try {
    terminal.print(endpoints(sandbox.environmentVariables));
    await interruption();
    terminal.say('Waiting for what is under way ...');
    await Promise.race([sandbox.settle(), interruption()]);
  } finally {
    await sandbox.close();
  }
}

/** Lines for `eval`, and the same as JSON. */
function endpoints(variables: Readonly<Record<string, string>>): Report {
  const names = Object.keys(variables);
  const ofEndpoints = names.filter((name) => name.startsWith('AWS_ENDPOINT_URL'));
  return {
    data: {
      endpoints: Object.fromEntries(ofEndpoints.map((name) => [name, variables[name]])),
      environment: variables,
    },
    text: names.map((name) => `export ${name}=${variables[name]}`).join('\n'),
  };
}

function interruption(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
