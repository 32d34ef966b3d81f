import { Argument, type Command } from 'commander';
import { addCommand, type CommandLine, does } from '../command';
import type { CommandHelp } from '../help';
import { withExistingSandbox } from '../open';
import type { Report } from '../output';
import { type StateOptions, withState } from '../sandbox-options';

const states = ['ALARM', 'OK', 'INSUFFICIENT_DATA'] as const;

const help: CommandHelp = {
  summary: 'Set the state of an alarm, as SetAlarmState of CloudWatch does',
  description: [
    'Sets the state of an alarm, as SetAlarmState of CloudWatch does.',
    'An alarm in ALARM rolls back a deployment that watches it.',
  ].join(' '),
  examples: [
    { args: 'errors ALARM', does: 'roll back deployments that watch the alarm' },
    { args: 'errors OK', does: 'set it back' },
  ],
  exitCodes: {},
  json: '{ "alarm": "errors", "state": "ALARM" }',
};

export function addAlarm(parent: Command, session: CommandLine): void {
  withState(addCommand(parent, 'alarm', help))
    .argument('<name>', 'name or ARN of the alarm')
    .addArgument(new Argument('<value>', 'its new state').choices(states))
    .action(does<StateOptions>(session, ({ options, args }) => setAlarm(options.state, args)));
}

function setAlarm(folder: string, [name = '', value = '']: readonly string[]): Promise<Report> {
  return withExistingSandbox({ stateDir: folder }, async (sandbox) => {
    await sandbox.setAlarm(name, value as (typeof states)[number]);
    return { data: { alarm: name, state: value }, text: `${name} is ${value}.` };
  });
}
