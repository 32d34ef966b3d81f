import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Stack } from 'aws-cdk-lib';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { engineAssetPath } from '../../lib/engine-asset';
import { expectStatus } from '../support/expect-status';
import { atReleaseA } from '../support/lifecycle-steps';
import { LifecycleWorld } from '../support/lifecycle-world';
import { releaseA } from '../support/releases';

jest.setTimeout(120_000);

/** A text that only the new release contains. */
const mark = 'only_in_the_new_release';

const newRelease = {
  ...releaseA,
  'users/1.1.0_new.ts': `import { sql } from 'cdk-migrations/authoring';
export default sql({
  dependsOn: ['1.0.0'],
  async up(db) {
    await db.execute('CREATE TABLE ${mark} (id int)');
  },
  async down(db) {
    await db.execute('DROP TABLE ${mark}');
  },
});
`,
};

describe('the rollback', () => {
  let world: LifecycleWorld;
  const lines: { readonly status: string | undefined; readonly line: string }[] = [];
  let statusNow: string | undefined;

  beforeAll(async () => {
    world = await LifecycleWorld.open({
      onStackEvent: ({ type, status }) => {
        if (type === 'AWS::CloudFormation::Stack') statusNow = status;
      },
      onFunctionLog: (_name, line) => lines.push({ status: statusNow, line }),
    });
  });

  afterAll(async () => {
    await world.close();
  });

  /** Gives the engine's functions other code, as a new version of this library would. */
  function withNewEngine(stack: Stack): void {
    const folder = join(world.folder, 'new-engine');
    cpSync(engineAssetPath(), folder, { recursive: true });
    const file = join(folder, 'index.js');
    writeFileSync(file, `${readFileSync(file, 'utf8')}\nconsole.log('engine of the new release');\n`);
    const asset = new Asset(stack, 'NewEngine', { path: folder });
    for (const child of stack.node.findAll()) {
      if (!(child instanceof CfnFunction)) continue;
      child.addPropertyOverride('Code', { S3Bucket: asset.s3BucketName, S3Key: asset.s3ObjectKey });
    }
  }

  async function codeOf(functionName: string): Promise<string> {
    const { CodeSha256 } = await new LambdaClient({}).send(
      new GetFunctionConfigurationCommand({ FunctionName: functionName }),
    );
    return CodeSha256!;
  }

  it('the rollback runs with the old code, which contains nothing of the new migrations, and undoes them all the same', async () => {
    const before = await atReleaseA(world, 'OldCode');
    const tick = (await world.sandbox.resources('OldCode')).find(({ logicalId }) =>
      /EngineTick[0-9A-F]/.test(logicalId),
    )!;
    const oldCode = await codeOf(tick.physicalId);
    const served: { readonly during: string | undefined; readonly statement: string; readonly code: string }[] = [];
    const stop = world.sandbox.intercept({
      async before({ service, functionName, body }) {
        if (service !== 'rds-data' || functionName === undefined || !body.includes(`TABLE ${mark}`)) return;
        const statement = String((JSON.parse(body) as { sql: string }).sql);
        served.push({ during: statusNow, statement, code: await codeOf(functionName) });
      },
    });

    const result = await world.deploy(
      { stack: 'OldCode', release: newRelease, sibling: '2', add: withNewEngine },
      { fail: [{ logicalId: 'Sibling' }] },
    );
    stop();

    expectStatus(result, 'UPDATE_ROLLBACK_COMPLETE');
    expect(await world.snapshot('OldCode')).toEqual(before);
    expect(served).toEqual([
      {
        during: 'UPDATE_IN_PROGRESS',
        statement: `CREATE TABLE ${mark} (id int)`,
        code: expect.not.stringMatching(oldCode),
      },
      { during: 'UPDATE_ROLLBACK_IN_PROGRESS', statement: `DROP TABLE ${mark}`, code: oldCode },
    ]);
    const spokenBy = lines.filter(({ line }) => line.includes('engine of the new release')).map(({ status }) => status);
    expect(new Set(spokenBy)).toEqual(new Set(['UPDATE_IN_PROGRESS']));
    expect(filesWith(mark, codeFolder(world, oldCode))).toEqual([]);
    expect(await bundlesWith(mark)).toHaveLength(1);
  });

  /** Where the sandbox keeps the code of functions, unpacked, by its digest. */
  function codeFolder({ stateFolder }: LifecycleWorld, codeSha256: string): string {
    return join(stateFolder, 'code', Buffer.from(codeSha256, 'base64').toString('hex'));
  }

  function filesWith(text: string, folder: string): string[] {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(0);
    return files
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => readFileSync(file, 'utf8').includes(text));
  }

  /** The new migrations are read from where the undo plan says: proof that the search above can find something. */
  async function bundlesWith(text: string): Promise<string[]> {
    const { state, ports, events } = await world.ledger('OldCode');
    const started = events.filter(({ type }) => type === 'deployment-started').at(-1)!;
    const { bundle } = state.applied!;
    const key = bundle.Key.replace(state.applied!.revision, String(started.detail['to']));
    const { Body } = await new S3Client({ forcePathStyle: true }).send(
      new GetObjectCommand({ Bucket: bundle.Bucket, Key: key }),
    );
    expect(await ports.bundles.load(bundle)).toBeDefined();
    return (await Body!.transformToString()).includes(text) ? [key] : [];
  }
});
