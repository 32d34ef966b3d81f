import type { Command } from 'commander';
import { addCommand, type CommandLine, does, type Invocation } from '../command';
import { withSandbox } from '../open';
import type { Report } from '../output';
import { requireRest } from '../require-rest';
import { type RunOptions, watched, withRunOptions } from '../sandbox-options';

export function addStart(parent: Command, session: CommandLine): void {
  withRunOptions(
    addCommand(parent, 'start', 'Keep the sandbox and its endpoints up until this command is interrupted'),
  ).action(does<RunOptions>(session, start));
}

async function start(invocation: Invocation<RunOptions>): Promise<undefined> {
  const { options, terminal } = invocation;
  requireRest(options.state);
  await withSandbox(watched(invocation), async (sandbox) => {
    terminal.print(endpoints(sandbox.environmentVariables));
    await interruption();
    terminal.say('Waiting for running functions and state machines ...');
    await Promise.race([sandbox.settle(), interruption()]);
  });
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
