import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { DeployOptions, FailureInjection } from '../../api';
import { addCommand, type CommandLine, does, type Invocation } from '../command';
import type { ExitCode } from '../exit-codes';
import type { CommandHelp } from '../help';
import { collect, collectPairs, wholeNumber } from '../options';
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

const help: CommandHelp = {
  summary: 'Synthesize a CDK app and deploy its stacks to the sandbox',
  description: [
    'Runs the CDK app of the current folder as the CDK CLI does (which need not be installed), and deploys its stacks in the',
    'order of their dependencies, up to the first one that fails. A stack whose first deployment failed is deleted and',
    'created again. Stack events are printed as they happen: time, status, logical id, type, reason. Resources of which nothing',
    'is remarkable share a line, unless --verbose is given.',
    'Ctrl-C ends the command, not the deployment, which goes on in the process of the sandbox.',
    'The CDK validates templates at synth, which takes most of the time; CDK_VALIDATION=false in the environment skips it.',
  ].join(' '),
  examples: [
    { args: '', does: 'all stacks of the app of cdk.json' },
    { args: '--app "npx tsx bin/app.ts" --stack Nutrition', does: 'another app, one stack and what it depends on' },
    { args: '--fail FeatureFlags:update', does: 'let a resource fail, to see the rollback' },
    { args: '--fail Nutrition/Migrations:update', does: 'the same, by the path of a construct' },
    { args: '--postgres postgresql://postgres@127.0.0.1:5432/test', does: 'with a real PostgreSQL server' },
    { args: '--mysql mysql://root@127.0.0.1:3306', does: 'with a MySQL or MariaDB server for Aurora MySQL' },
  ],
  exitCodes: {
    0: 'every stack was deployed, or had no changes',
    1: 'a stack failed and was rolled back',
    2: 'the command line is wrong, or the app failed; nothing was deployed',
    3: 'a stack needs manual repair (UPDATE_ROLLBACK_FAILED), or was kept as it is (--no-rollback)',
  },
  json: [
    '{ "stack": "Nutrition", "status": "UPDATE_COMPLETE",',
    '  "events": [{ "time": "2026-...", "logicalId": "FeatureFlags", "physicalId": "...",',
    '               "type": "AWS::SSM::Parameter", "status": "UPDATE_COMPLETE", "reason": "" }],',
    '  "outputs": { "ApiFunction": "..." } }',
    'and for several stacks also "stacks", with one such document each; the members beside it are then',
    'those of the stack that failed, or else of the one that was named last',
  ].join('\n'),
};

export function addDeploy(parent: Command, session: CommandLine): void {
  withRunOptions(addCommand(parent, 'deploy', help))
    .option('--app <command>', 'the command that runs the app, or a cdk.out folder; "app" of cdk.json if not given')
    .option('--stack <name>', 'deploy this stack and what it depends on; may be repeated', collect)
    .option(
      '--context <key=value>',
      'context for the app, before that of cdk.json and cdk.context.json; may be repeated',
      collectPairs,
    )
    .option(
      '--parameters <name=value>',
      'set a template parameter, also as stack:name=value; may be repeated',
      collectPairs,
    )
    .option(
      '--fail <resource[:create|update]>',
      'let a resource fail, by logical id or construct path; may be repeated',
      collectFailures,
    )
    .option('--no-rollback', 'keep everything as it is when something fails')
    .option('--rollback-alarm <name>', 'roll back when this alarm is in ALARM; may be repeated', collect)
    .option('--monitoring-seconds <number>', 'watch the alarms for so long after everything is deployed', wholeNumber)
    .action(does<DeployCommandOptions>(session, deploy));
}

async function deploy(invocation: Invocation<DeployCommandOptions>): Promise<ExitCode> {
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
    disableRollback: options.rollback ? undefined : true,
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
  throw new InvalidArgumentError(
    'Write it as LOGICAL_ID or CONSTRUCT/PATH, with :create or :update behind it for only that.',
  );
}
