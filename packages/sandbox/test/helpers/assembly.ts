import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface TestStack {
  readonly template: object;
  readonly dependsOn?: readonly string[];
  /** Files by path, zipped as the asset with the given id: `{ code: { 'index.js': '...' } }`. */
  readonly assets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const BUCKET = 'cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}';

export function temporaryFolder(name = 'sandbox-test-'): string {
  return mkdtempSync(join(tmpdir(), name));
}

/** Writes a cloud assembly as `cdk synth` would, without the second that the CDK needs to load. */
export function writeAssembly(stacks: Readonly<Record<string, TestStack>>): string {
  const folder = temporaryFolder('assembly-');
  const artifacts: Record<string, object> = {};
  for (const [name, stack] of Object.entries(stacks)) {
    write(folder, `${name}.template.json`, JSON.stringify(stack.template));
    write(folder, `${name}.assets.json`, JSON.stringify({ version: '36.0.0', files: writeAssets(folder, stack) }));
    artifacts[`${name}.assets`] = { type: 'cdk:asset-manifest', properties: { file: `${name}.assets.json` } };
    artifacts[name] = {
      type: 'aws:cloudformation:stack',
      environment: 'aws://unknown-account/unknown-region',
      properties: { templateFile: `${name}.template.json` },
      dependencies: [`${name}.assets`, ...(stack.dependsOn ?? [])],
    };
  }
  write(folder, 'manifest.json', JSON.stringify({ version: '36.0.0', artifacts }));
  return folder;
}

/** Where the asset with this id of {@link writeAssembly} is, for the `Code` of a function. */
export function assetCode(id: string) {
  return { S3Bucket: { 'Fn::Sub': BUCKET }, S3Key: `${id}.zip` };
}

function writeAssets(folder: string, { assets = {} }: TestStack) {
  const entries = Object.entries(assets).map(([id, files]) => {
    for (const [path, content] of Object.entries(files)) write(folder, `asset.${id}/${path}`, content);
    const destination = { bucketName: BUCKET, objectKey: `${id}.zip` };
    return [id, { source: { path: `asset.${id}`, packaging: 'zip' }, destinations: { current: destination } }];
  });
  return Object.fromEntries(entries);
}

function write(folder: string, path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}
