import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { RemoteSandbox } from '../../control/remote-sandbox';
import { addCommand, type CommandLine, does, type Invocation } from '../command';
import { type ExitCode, exitCodes } from '../exit-codes';
import type { CommandHelp } from '../help';
import { Interruptions } from '../interruption';
import { withSandbox } from '../open';
import type { Report, Terminal } from '../output';
import { requireRest } from '../require-rest';
import { type RunOptions, watched, withRunOptions } from '../sandbox-options';

/** How long functions and state machines may go on after the first Ctrl-C. */
const settlingMs = 10_000;

const help: CommandHelp = {
  summary: 'Keep the sandbox and its endpoints up until interrupted',
  description: [
    'Keeps the sandbox and its endpoints up until this command is interrupted, for SDK clients and scripts. Prints lines for',
    '`eval`. Interrupted, it gives functions that run ten seconds; a second Ctrl-C ends them at once. A stack operation that',
    'nobody waits for is ended with it, and settled by the next command.',
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

async function start(invocation: Invocation<RunOptions>): Promise<ExitCode> {
  const { options, terminal } = invocation;
  await requireRest(options.state);
  await withSandbox({ ...watched(invocation), follows: true }, async (sandbox) => {
    const interruptions = new Interruptions();
    try {
      const interrupted = interruptions.next();
      terminal.print(endpoints(sandbox.environmentVariables));
      await interrupted;
      await settle(sandbox, terminal, interruptions);
      await stop(sandbox, terminal);
    } finally {
      interruptions.end();
    }
  });
  return exitCodes.success;
}

/** For a while, or until the next Ctrl-C: what does not end by itself must not keep the command. */
async function settle(sandbox: RemoteSandbox, terminal: Terminal, interruptions: Interruptions): Promise<void> {
  const again = interruptions.next();
  const running = await sandbox.running();
  if (running.length === 0) return;
  terminal.say(`Waiting for ${running.join(', ')}, ${settlingMs / 1000} s at the most; Ctrl-C ends it at once ...`);
  await Promise.race([sandbox.settle(), again, sleep(settlingMs, undefined, { ref: false })]);
}

async function stop(sandbox: RemoteSandbox, terminal: Terminal): Promise<void> {
  const running = (await sandbox.stacks()).filter(({ status, nested }) => !nested && status.endsWith('_IN_PROGRESS'));
  const ends = await sandbox.stop();
  for (const { stack, status } of running) {
    const next = ends ? 'The next command settles it, as an interrupted operation.' : 'It goes on.';
    terminal.warn(`${stack} is in ${status}. ${next}`);
  }
  if (!ends) terminal.warn(`Other commands use the sandbox: it ends with them, in process ${sandbox.pid}.`);
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
