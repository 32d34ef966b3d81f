import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { DeployOptions, FailureInjection } from '../../api';
import { addCommand, type CommandLine, does, type Invocation } from '../command';
import { collect, collectPairs, wholeNumber } from '../options';
import type { Report } from '../output';
import { type RunOptions, withRunOptions } from '../sandbox-options';
import { runStackOperation, type StackOperation } from '../stack-operation';
import { synthesize } from '../synth/synthesize';

interface DeployCommandOptions extends RunOptions {
  readonly app?: string;
  readonly stack?: readonly string[];
  readonly context?: Readonly<Record<string, string>>;
  readonly fail?: readonly FailureInjection[];
  readonly parameters?: Readonly<Record<string, string>>;
  readonly rollback: boolean;
  readonly rollbackAlarm?: readonly string[];
  readonly monitoringSeconds?: number;
}

export function addDeploy(parent: Command, session: CommandLine): void {
  withRunOptions(addCommand(parent, 'deploy', 'Synthesize a CDK app and deploy its stacks to the sandbox'))
    .option('--app <command>', 'the command that runs the app, or a cdk.out folder; else "app" of cdk.json')
    .option('--stack <name>', 'only this stack and what it needs; may be repeated', collect)
    .option('--context <key=value>', 'context for the app; may be repeated', collectPairs)
    .option(
      '--parameters <name=value>',
      'a template parameter, also as stack:name=value; may be repeated',
      collectPairs,
    )
    .option('--fail <logical id[:create|update]>', 'make a resource fail on purpose; may be repeated', collectFailures)
    .option('--no-rollback', 'keep what was done when something fails')
    .option('--rollback-alarm <name>', 'an alarm that rolls the deployment back; may be repeated', collect)
    .option('--monitoring-seconds <number>', 'how long the alarms are watched at the end', wholeNumber)
    .action(does<DeployCommandOptions>(session, deploy));
}

async function deploy(invocation: Invocation<DeployCommandOptions>): Promise<Report> {
  const { options, terminal } = invocation;
  const assembly = await synthesize(
    { app: options.app, context: options.context, outputFolder: join(resolve(options.state), 'cdk.out') },
    terminal,
  );
  const request: DeployOptions = {
    assembly,
    stacks: options.stack,
    parameters: options.parameters,
    fail: options.fail,
    disableRollback: !options.rollback,
    rollbackAlarms: options.rollbackAlarm,
    monitoringSeconds: options.monitoringSeconds,
  };
  const operation: StackOperation = {
    run: (sandbox) => sandbox.deploy(request),
    wish: { statuses: /^(CREATE|UPDATE)_COMPLETE$/, stack: options.stack?.at(-1) },
    creates: true,
  };
  return runStackOperation(operation, invocation);
}

function collectFailures(text: string, previous: readonly FailureInjection[] = []): readonly FailureInjection[] {
  const [logicalId = '', on, ...rest] = text.split(':');
  if (logicalId !== '' && rest.length === 0 && (on === undefined || on === 'create' || on === 'update')) {
    return [...previous, { logicalId, on }];
  }
  throw new InvalidArgumentError('Write it as LOGICAL_ID, LOGICAL_ID:create or LOGICAL_ID:update.');
}
