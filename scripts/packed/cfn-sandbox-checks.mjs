import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.mjs';
import { installOptions } from './package-checks.mjs';

const template = {
  Resources: {
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'orders',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      },
    },
    Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'hello',
        Code: { ZipFile: "require('@aws-sdk/client-dynamodb'); exports.handler = async () => 'hello';" },
        Handler: 'index.handler',
        Runtime: 'nodejs20.x',
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      },
    },
  },
};

/** The sandbox by itself, in a folder without our library and without the CDK. */
export async function checkCfnSandbox(chapter, { repository, folder, env, tarballs }) {
  const cwd = join(folder, 'cloud');
  const cfnSandbox = async (...args) => {
    const { stdout } = await run('npx', ['cfn-sandbox', ...args, '--json'], { cwd, env, limit: 120 });
    return JSON.parse(stdout);
  };
  await chapter.check('npm install of the sandbox alone', async () => {
    mkdirSync(join(cwd, 'cdk.out'), { recursive: true });
    writeFileSync(join(cwd, 'package.json'), '{}');
    await run('npm', ['install', ...installOptions, tarballs['@cdk-migrations/sandbox']], { cwd, env, limit: 120 });
    assert.ok(!existsSync(join(cwd, 'node_modules/cdk-migrations')), 'it needs cdk-migrations');
  });
  await chapter.check('cfn-sandbox deploys an assembly, runs its function, and destroys it', async () => {
    const stack = { type: 'aws:cloudformation:stack', properties: { templateFile: 'App.template.json' } };
    writeFileSync(join(cwd, 'cdk.out/App.template.json'), JSON.stringify(template));
    writeFileSync(join(cwd, 'cdk.out/manifest.json'), JSON.stringify({ version: '36.0.0', artifacts: { App: stack } }));
    assert.equal((await cfnSandbox('deploy', '--app', 'cdk.out')).status, 'CREATE_COMPLETE');
    copyFileSync(join(repository, 'test/fixtures/packed/invoke-hello.cjs'), join(cwd, 'invoke-hello.cjs'));
    const { stdout } = await run(process.execPath, ['invoke-hello.cjs'], { cwd, env });
    assert.equal(stdout, 'hello\n');
    assert.equal((await cfnSandbox('destroy')).status, 'DELETE_COMPLETE');
    assert.deepEqual(await cfnSandbox('reset', '--yes'), { deleted: true, folder: '.sandbox' });
  });
}
