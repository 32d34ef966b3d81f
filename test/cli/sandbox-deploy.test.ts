import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { writeAssembly } from '../../packages/sandbox/test/helpers/assembly';
import { type CliOptions, type JsonError, runCli, runJson } from '../support/run-cli';

const root = mkdtempSync(join(tmpdir(), 'cli-deploy-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Deployed {
  readonly stack: string;
  readonly status: string;
  readonly events: readonly Readonly<Record<string, string>>[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly stacks?: readonly Deployed[];
}

const parameter = (value: string, extra = {}) => ({
  Type: 'AWS::SSM::Parameter',
  Properties: { Type: 'String', Value: value },
  ...extra,
});

/** Two resources, the second after the first, so that the second one can fail when the first one is done. */
const template = (value: string) => ({
  Parameters: { Size: { Type: 'String', Default: 'small' } },
  Resources: { First: parameter(value), Second: parameter(value, { DependsOn: 'First' }) },
  Outputs: { Size: { Value: { Ref: 'Size' } } },
});

const stackOf = (value: string) => writeAssembly({ Web: { template: template(value) } });

let folders = 0;
const newState = () => join(root, `state-${folders++}`);

function deploy(state: string, app: string, ...more: readonly string[]) {
  return runJson<Deployed>(['sandbox', 'deploy', '--state', state, '--app', app, ...more]);
}

describe('deploying an existing assembly', () => {
  it('creates, updates, rolls back and destroys a stack, with the result as exit code and JSON', async () => {
    const state = newState();
    const created = await deploy(state, stackOf('one'), '--parameters', 'Size=big');
    expect(created.exitCode).toBe(0);
    expect(created.json).toMatchObject({ stack: 'Web', status: 'CREATE_COMPLETE', outputs: { Size: 'big' } });
    expect(created.json).not.toHaveProperty('stacks');
    const [first] = created.json.events;
    expect(Object.keys(first ?? {}).sort()).toEqual(['logicalId', 'physicalId', 'reason', 'status', 'time', 'type']);

    const failed = await deploy(state, stackOf('two'), '--fail', 'Second:update');
    expect(failed.exitCode).toBe(1);
    expect(failed.json.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(failed.json.events).toContainEqual(
      expect.objectContaining({
        logicalId: 'Second',
        status: 'UPDATE_FAILED',
        reason: expect.stringMatching(/on purpose/),
      }),
    );

    const unchanged = await runCli(['sandbox', 'deploy', '--state', state, '--app', stackOf('one')]);
    expect([unchanged.exitCode, unchanged.stdout.trim()]).toEqual([
      0,
      'Web: nothing to change (UPDATE_ROLLBACK_COMPLETE)',
    ]);

    const destroyed = await runJson<Deployed>(['sandbox', 'destroy', '--state', state]);
    expect([destroyed.exitCode, destroyed.json.status]).toEqual([0, 'DELETE_COMPLETE']);
  });

  it('prints an event per line with --verbose: time, status, logical id, type and reason', async () => {
    const here = ['--state', newState(), '--app', stackOf('one'), '--verbose'];
    const { exitCode, stdout } = await runCli(['sandbox', 'deploy', ...here]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}CREATE_COMPLETE +First +AWS::SSM::Parameter$/m);
    expect(stdout).toMatch(/\nWeb: CREATE_COMPLETE\n {2}Size = small\n$/);
  });

  it('keeps a failed deployment with --no-rollback, until rollback rolls it back', async () => {
    const state = newState();
    await deploy(state, stackOf('one'));
    const kept = await deploy(state, stackOf('two'), '--no-rollback', '--fail', 'Second');
    expect([kept.exitCode, kept.json.status]).toEqual([3, 'UPDATE_FAILED']);
    const back = await runJson<Deployed>(['sandbox', 'rollback', '--state', state, '--stack', 'Web']);
    expect([back.exitCode, back.json.status]).toEqual([0, 'UPDATE_ROLLBACK_COMPLETE']);
  });

  it('deploys several stacks in order and stops at the first that fails', async () => {
    const assembly = writeAssembly({
      Data: { template: { Resources: { Store: parameter('x') } } },
      Web: { template: { Resources: { Page: parameter('y') } }, dependsOn: ['Data'] },
    });
    const state = newState();
    const failed = await deploy(state, assembly, '--fail', 'Store');
    expect([failed.exitCode, failed.json.stack, failed.json.status]).toEqual([1, 'Data', 'ROLLBACK_COMPLETE']);
    // A failed first deployment is deleted and created again, as the CDK does.
    const both = await deploy(state, assembly, '--stack', 'Web');
    expect(both.json.stacks?.map(({ stack, status }) => [stack, status])).toEqual([
      ['Data', 'CREATE_COMPLETE'],
      ['Web', 'CREATE_COMPLETE'],
    ]);
    expect([both.exitCode, both.json.stack]).toEqual([0, 'Web']);
  });

  it.each([
    [['--stack', 'Wbe'], /has no stack 'Wbe'. It has: Web/],
    [['--parameters', 'Colour=red'], /the parameter 'Colour'/],
    [['--fail', 'Third'], /the resource 'Third'/],
    [['--assume', 'gravity=no'], /no assumption 'gravity'/],
  ])('%j ends with 2', async (options, message) => {
    const { exitCode, stdout, stderr } = await runCli([
      ...['sandbox', 'deploy', '--state', newState(), '--app', stackOf('one')],
      ...options,
    ]);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });
});

/** A CDK app without the CDK: writes an assembly to where it is told, from the context that it is given. */
const app = `
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const context = JSON.parse(process.env.CDK_CONTEXT_JSON);
if (context.broken) throw new Error('This app is broken: ' + context.broken);
const template = { Resources: { First: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value:
  [context.colour, context.size, process.env.CDK_DEFAULT_ACCOUNT, process.env.CDK_DEFAULT_REGION].join(' ') } } },
  Outputs: { Value: { Value: { 'Fn::GetAtt': ['First', 'Value'] } } } };
writeFileSync(join(process.env.CDK_OUTDIR, 'App.template.json'), JSON.stringify(template));
const stack = { type: 'aws:cloudformation:stack', properties: { templateFile: 'App.template.json' } };
writeFileSync(join(process.env.CDK_OUTDIR, 'manifest.json'), JSON.stringify({ version: '36.0.0', artifacts: { App: stack } }));
`;

describe('deploying an app', () => {
  const project = mkdtempSync(join(root, 'project-'));
  writeFileSync(join(project, 'app.js'), app);
  writeFileSync(
    join(project, 'cdk.json'),
    JSON.stringify({ app: 'node app.js', context: { colour: 'red', size: 'big' } }),
  );
  const here: CliOptions = { cwd: project, env: { AWS_REGION: undefined } };

  it('runs the command of cdk.json as the CDK does, and keeps its state in .sandbox', async () => {
    const { exitCode, json } = await runJson<Deployed>(['sandbox', 'deploy', '--context', 'colour=blue'], here);
    expect([exitCode, json.outputs]).toEqual([0, { Value: 'blue big 123456789012 us-east-1' }]);
    expect(existsSync(join(project, '.sandbox/cdk.out/manifest.json'))).toBe(true);
  });

  it('ends with 2 and the message of the app when the app fails, and deploys nothing', async () => {
    const args = ['sandbox', 'deploy', '--context', 'broken=very', '--state', newState()];
    const { exitCode, json } = await runJson<JsonError>(args, here);
    expect([exitCode, json.error.code]).toEqual([2, 'SYNTH_FAILED']);
    expect(json.error.message).toMatch(/The app \(node app.js\) exited with 1.\n\nError: This app is broken: very$/);
    expect((await runCli(['sandbox', 'destroy', '--state', args.at(-1)!], here)).exitCode).toBe(2);
  });

  it('ends with 2 without an app, and when the app writes nothing', async () => {
    const none = await runJson<JsonError>(['sandbox', 'deploy'], { cwd: root });
    expect([none.exitCode, none.json.error.code]).toEqual([2, 'USAGE']);
    const silent = await runJson<JsonError>(['sandbox', 'deploy', '--app', 'true', '--state', newState()], {
      cwd: root,
    });
    expect([silent.exitCode, silent.json.error.code]).toEqual([2, 'SYNTH_FAILED']);
  });
});

describe('reset', () => {
  it('deletes a state folder, and refuses any other', async () => {
    const state = newState();
    await deploy(state, stackOf('one'));
    const asking = await runCli(['sandbox', 'reset', '--state', state]);
    expect([asking.exitCode, existsSync(state)]).toEqual([2, true]);
    expect((await runCli(['sandbox', 'reset', '--state', state, '--yes'])).exitCode).toBe(0);
    expect(existsSync(state)).toBe(false);
    const foreign = await runJson<JsonError>(['sandbox', 'reset', '--state', root, '--yes']);
    expect([foreign.exitCode, foreign.json.error.code, existsSync(root)]).toEqual([2, 'NO_SANDBOX', true]);
  });
});
