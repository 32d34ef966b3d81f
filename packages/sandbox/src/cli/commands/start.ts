import type { Command } from 'commander';
import { addCommand, type CommandLine, does, type Invocation } from '../command';
import type { CommandHelp } from '../help';
import { withSandbox } from '../open';
import type { Report } from '../output';
import { requireRest } from '../require-rest';
import { type RunOptions, watched, withRunOptions } from '../sandbox-options';

const help: CommandHelp = {
  summary: 'Keep the sandbox and its endpoints up until interrupted',
  description: [
    'Keeps the sandbox and its endpoints up until this command is interrupted, for SDK clients and scripts. Prints lines for',
    '`eval`. Other commands on the same state folder go through this process meanwhile.',
  ].join(' '),
  examples: [
    { args: '', does: 'the sandbox in ./.sandbox' },
    { args: '--state /tmp/sandbox', does: 'another state folder' },
  ],
  exitCodes: {
    0: 'interrupted; the state is kept',
    2: 'the command line is wrong, or a sandbox already runs on the folder',
  },
  json: '{ "endpoints": { "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:..." }, "environment": { "AWS_REGION": "..." } }',
};

export function addStart(parent: Command, session: CommandLine): void {
  withRunOptions(addCommand(parent, 'start', help)).action(does<RunOptions>(session, start));
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

/** The environment variables of the sandbox, as lines for `eval` and as JSON. */
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
