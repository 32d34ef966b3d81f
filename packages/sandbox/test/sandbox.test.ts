import { rmSync } from 'node:fs';
import { relative } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { openSandbox, type Sandbox, type SandboxOptions, type StackEvent } from '../src';
import { assetCode, temporaryFolder, writeAssembly } from './helpers/assembly';

const opened: Sandbox[] = [];
const folders: string[] = [];

async function open(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const stateDir = options.stateDir ?? temporaryFolder();
  folders.push(stateDir);
  const sandbox = await openSandbox({ ...options, stateDir });
  opened.push(sandbox);
  return sandbox;
}

afterEach(async () => {
  for (const sandbox of opened.splice(0)) await sandbox.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Answers CloudFormation with what it was asked, by plain HTTP as the URL says. */
const ECHO = `
exports.handler = async (event) => {
  const answer = {
    Status: event.ResourceProperties.Fail === 'yes' ? 'FAILED' : 'SUCCESS', Reason: 'asked for',
    PhysicalResourceId: event.PhysicalResourceId ?? 'thing-1',
    StackId: event.StackId, RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId,
    Data: { Greeting: 'hello ' + event.ResourceProperties.Name },
  };
  console.log(event.RequestType, event.ResourceProperties.Name);
  await fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify(answer), headers: { 'content-type': '' } });
};`;

function echoStack(name: string, extra: object = {}) {
  return {
    template: {
      Resources: {
        Role: {
          Type: 'AWS::IAM::Role',
          Properties: { AssumeRolePolicyDocument: {} },
        },
        Handler: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            Code: assetCode('echo'),
            Handler: 'index.handler',
            Runtime: 'nodejs20.x',
            Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          },
        },
        Thing: {
          Type: 'Custom::Thing',
          Properties: { ServiceToken: { 'Fn::GetAtt': ['Handler', 'Arn'] }, Name: name, ...extra },
        },
      },
      Outputs: {
        Greeting: { Value: { 'Fn::GetAtt': ['Thing', 'Greeting'] } },
        Function: { Value: { Ref: 'Handler' } },
      },
    },
    assets: { echo: { 'index.js': ECHO } },
  };
}

test('the sandbox deploys, updates, rolls back and destroys an app with a custom resource', async () => {
  const events: StackEvent[] = [];
  const lines: string[] = [];
  const sandbox = await open({
    onStackEvent: (event) => events.push(event),
    onFunctionLog: (_name, line) => lines.push(line),
  });

  const [created] = await sandbox.deploy({ assembly: writeAssembly({ App: echoStack('one') }) });
  expect(created).toMatchObject({ status: 'CREATE_COMPLETE', outputs: { Greeting: 'hello one' } });
  expect(events.at(-1)).toMatchObject({ logicalId: 'App', status: 'CREATE_COMPLETE' });

  const [updated] = await sandbox.deploy({ assembly: writeAssembly({ App: echoStack('two') }) });
  expect(updated).toMatchObject({ status: 'UPDATE_COMPLETE', outputs: { Greeting: 'hello two' } });

  const [failed] = await sandbox.deploy({ assembly: writeAssembly({ App: echoStack('three', { Fail: 'yes' }) }) });
  expect(failed?.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(failed?.reason).toContain('Thing');

  const [deleted] = await sandbox.destroy();
  expect(deleted?.status).toBe('DELETE_COMPLETE');
  expect(lines).toEqual(['Create one', 'Update two', 'Update three', 'Update two', 'Delete two']);
});

test('functions also run when the folder is given relative to the working directory', async () => {
  const sandbox = await open({ stateDir: relative(process.cwd(), temporaryFolder()) });

  const [created] = await sandbox.deploy({ assembly: writeAssembly({ App: echoStack('near') }) });
  expect(created).toMatchObject({ status: 'CREATE_COMPLETE', outputs: { Greeting: 'hello near' } });
});
