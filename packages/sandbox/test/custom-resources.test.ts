import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { StackResult } from '../src';
import { type TestStack, writeAssembly } from './helpers/assembly';
import { type TestSandbox, testSandboxes } from './helpers/open';
import { functions } from './helpers/templates';

const open = testSandboxes('all');
const opened = open();
const clients: S3Client[] = [];
afterAll(() => {
  for (const client of clients) client.destroy();
});

async function deploy({ sandbox }: TestSandbox, name: string, stack: TestStack): Promise<StackResult> {
  const [result] = await sandbox.deploy({ assembly: writeAssembly({ [name]: stack }) });
  if (!result) throw new Error('nothing was deployed');
  return result;
}

const failuresOf = ({ events }: StackResult) =>
  events.filter(({ status }) => status.endsWith('_FAILED')).map(({ logicalId, reason }) => [logicalId, reason]);

describe('a custom resource whose function cannot run here', () => {
  it.each(['python3.13', 'provided.al2023', undefined])('fails at once and says so: runtime %s', async (Runtime) => {
    const name = `Unrunnable${Runtime?.replaceAll('.', '') ?? 'Image'}`;
    const resources = {
      Thing: { Type: 'Custom::Thing', Properties: { ServiceToken: { 'Fn::GetAtt': [name, 'Arn'] } } },
    };
    const stack = functions({ [name]: { code: 'not for Node', properties: { Runtime } } }, resources);
    const result = await deploy(await opened, name, stack);

    expect(result.status).toBe('ROLLBACK_COMPLETE');
    expect(failuresOf(result)).toEqual([
      [
        'Thing',
        `The sandbox runs nodejs functions only, but function ${name} has the runtime '${Runtime ?? 'container-image'}'. ` +
          'Give it a nodejs runtime, or keep it from being called in the sandbox.',
      ],
    ]);
  });

  it('does not keep its stack from being deleted, or replaced functions from being rolled back', async () => {
    const world = await opened;
    const token = { 'Fn::GetAtt': ['Changed', 'Arn'] };
    const thing = (Version: string) => ({
      Thing: { Type: 'Custom::Thing', Properties: { ServiceToken: token, Version } },
    });
    const answering = `exports.handler = async (event) => {
      const { StackId, RequestId, LogicalResourceId } = event;
      const body = JSON.stringify({ Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, PhysicalResourceId: 'thing' });
      await fetch(event.ResponseURL, { method: 'PUT', body, headers: { 'content-type': '' } });
    };`;
    await deploy(world, 'Changed', functions({ Changed: { code: answering } }, thing('1')));
    const python = { code: answering, properties: { Runtime: 'python3.13' } };
    const failed = await deploy(world, 'Changed', functions({ Changed: python }, thing('2')));

    expect([failed.status, failuresOf(failed)]).toEqual([
      'UPDATE_ROLLBACK_COMPLETE',
      [['Thing', expect.stringMatching(/^The sandbox runs nodejs functions only/)]],
    ]);
    await deploy(world, 'Changed', functions({ Changed: python }, thing('1')));
    expect(await world.sandbox.destroy(['Changed'])).toMatchObject([{ status: 'DELETE_COMPLETE' }]);
  });
});

describe('Custom::CDKBucketDeployment', () => {
  const site = (files: Readonly<Record<string, string>>, id: string, more: object = {}): TestStack => ({
    ...functions(
      { Deployer: { code: 'import boto3', properties: { Runtime: 'python3.13' } } },
      {
        Site: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'site' } },
        Files: {
          Type: 'Custom::CDKBucketDeployment',
          Properties: {
            ServiceToken: { 'Fn::GetAtt': ['Deployer', 'Arn'] },
            SourceBucketNames: [{ 'Fn::Sub': `cdk-hnb659fds-assets-\${AWS::AccountId}-\${AWS::Region}` }],
            SourceObjectKeys: [`${id}.zip`],
            DestinationBucketName: { Ref: 'Site' },
            DestinationBucketKeyPrefix: 'web/',
            Prune: true,
            RetainOnDelete: false,
            ...more,
          },
        },
      },
    ),
    assets: { [id]: files },
  });

  it('copies the files of its source below the prefix, removes those that are gone, and all of them with the resource', async () => {
    const world = await opened;
    const s3 = new S3Client({ ...world.client, forcePathStyle: true });
    clients.push(s3);
    const keys = async () => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'site' }));
      return Contents.map(({ Key }) => Key);
    };
    const first = await deploy(world, 'Web', site({ 'index.html': '<p>1</p>', 'img/a.svg': '<svg/>' }, 'first'));
    expect([first.status, failuresOf(first)]).toEqual(['CREATE_COMPLETE', []]);
    expect(await keys()).toEqual(['web/img/a.svg', 'web/index.html']);
    const object = await s3.send(new GetObjectCommand({ Bucket: 'site', Key: 'web/index.html' }));
    expect([object.ContentType, await object.Body?.transformToString()]).toEqual(['text/html', '<p>1</p>']);

    await deploy(
      world,
      'Web',
      site({ 'index.html': '<p>2</p>' }, 'second', { SystemMetadata: { 'cache-control': 'no' } }),
    );
    expect(await keys()).toEqual(['web/index.html']);
    expect(world.warnings).toContainEqual('Files copies its files without SystemMetadata.');

    // A bucket that is not empty could not be deleted.
    expect(await world.sandbox.destroy(['Web'])).toMatchObject([{ status: 'DELETE_COMPLETE' }]);
  });

  it('fails with the reason when its source is not there', async () => {
    const result = await deploy(await opened, 'Lost', {
      template: site({}, 'lost').template,
    });
    expect([result.status, failuresOf(result)]).toEqual([
      'ROLLBACK_COMPLETE',
      [['Files', 'The specified key does not exist.']],
    ]);
  });
});
