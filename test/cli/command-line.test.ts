import { describe, expect, it } from '@jest/globals';
import { type JsonError, runCli, runJson, startCli } from '../support/run-cli';

describe('a command line that is wrong', () => {
  it.each([
    ['an unknown command', ['statsu'], /Unknown command 'statsu'/],
    ['an unknown command of the sandbox', ['sandbox', 'deplyo'], /Unknown command 'deplyo'/],
    ['an unknown option', ['status', '--colour'], /Unknown option '--colour'/],
    ['a missing argument', ['sandbox', 'sql'], /Missing required argument 'target'/],
    ['a missing option', ['sandbox', 'rollback'], /--stack <name>' not specified/],
    ['an argument too many', ['status', 'now'], /Too many arguments/],
    ['context without a value', ['sandbox', 'deploy', '--context', 'key'], /Write it as name=value/],
    ['a failure that CloudFormation does not know', ['sandbox', 'deploy', '--fail', 'A:delete'], /:create or :update/],
    ['a time that is no number', ['sandbox', 'deploy', '--monitoring-seconds', '-1'], /whole number/],
    ['an alarm state that does not exist', ['sandbox', 'alarm', 'errors', 'RED'], /INSUFFICIENT_DATA/],
    ['a dry run of too many items', ['backfill', '--dry-run', '1001'], /whole number, 1 to 1000/],
    ['a dry run that is to pause', ['backfill', 'pause', '--dry-run', '5'], /--dry-run goes with no action/],
    ['segments of what is under way', ['backfill', 'pause', '--segments', '5'], /--segments goes with no action/],
    ['force without a token', ['unlock', '--force'], /--force needs --token/],
  ])('ends with 2 and a hint for %s', async (_what, args, message) => {
    const { exitCode, stdout, stderr } = await runCli(args);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^USAGE: .*\n {2}hint: /);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('is reported as a document with --json', async () => {
    const { exitCode, json } = await runJson<JsonError>(['statsu']);
    expect(exitCode).toBe(2);
    expect(json.error.code).toBe('USAGE');
    expect(json.error.message).toBe("Unknown command 'statsu'.");
    expect(json.error.hint).toMatch(/Did you mean status\?/);
  });

  it('shows the help of a group without a command and ends with 2', async () => {
    const { exitCode, stderr } = await runCli(['sandbox']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/Usage: migrations sandbox/);
  });
});

it('a command line with --help or --version ends with 0', async () => {
  const help = await runCli(['sandbox', 'deploy', '--help']);
  expect([help.exitCode, help.stdout.split('\n')[0]]).toEqual([0, 'Usage: migrations sandbox deploy [options]']);
  const version = await runCli(['--version']);
  expect([version.exitCode, version.stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
});

it('a command without any AWS reports that, with a stack trace only if --verbose asks for it', async () => {
  const env = {
    AWS_REGION: undefined,
    AWS_DEFAULT_REGION: undefined,
    AWS_CONFIG_FILE: '/nowhere',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const { exitCode, stderr } = await runCli(['status', '--stack', 'Nutrition'], { env });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/Region is missing\n {2}hint: Check the AWS credentials/);
  expect(stderr).not.toMatch(/^\s+at /m);
  const verbose = await runCli(['status', '--stack', 'Nutrition', '--verbose'], { env });
  expect(verbose.stderr).toMatch(/^\s+at /m);
});

it('a command whose reader has read enough ends in silence', async () => {
  const child = startCli(['--help']);
  child.stdout!.destroy();
  let complaints = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  const exitCode = await new Promise((resolve) => child.on('close', resolve));

  expect({ exitCode, complaints }).toEqual({ exitCode: 0, complaints: '' });
});
