import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AwsError } from '../aws-error';
import type { ObjectStore } from '../services/s3';
import type { Environment } from '../services/service';
import { shortPath } from './cloud-assembly';
import { zipFolder } from './zip-folder';

interface AssetManifest {
  readonly files?: Readonly<Record<string, FileAsset>>;
  readonly dockerImages?: Readonly<Record<string, { readonly displayName?: string }>>;
}

interface FileAsset {
  readonly source: { readonly path?: string; readonly packaging?: string; readonly executable?: readonly string[] };
  readonly destinations: Readonly<Record<string, { readonly bucketName: string; readonly objectKey: string }>>;
}

export interface PublishOptions {
  readonly objects: ObjectStore;
  readonly environment: Environment;
  readonly onWarning: (message: string) => void;
}

/** Puts the file assets of a manifest where the templates expect them. What is there already has the same content. */
export function publishAssets(manifestFile: string, options: PublishOptions): void {
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as AssetManifest;
  for (const [id, asset] of Object.entries(manifest.files ?? {})) {
    for (const { bucketName, objectKey } of Object.values(asset.destinations)) {
      const [bucket, key] = [bucketName, objectKey].map((text) => fillPlaceholders(text, options.environment));
      publishFile(id, asset, bucket ?? '', key ?? '', manifestFile, options);
    }
  }
  for (const [id, image] of Object.entries(manifest.dockerImages ?? {})) {
    options.onWarning(
      `The sandbox skips the container image asset '${image.displayName ?? id}': it runs no containers.`,
    );
  }
}

function publishFile(
  id: string,
  asset: FileAsset,
  bucket: string,
  key: string,
  manifestFile: string,
  { objects }: PublishOptions,
): void {
  if (objects.hasBucket(bucket) && objects.head(bucket, key)) return;
  const { path, packaging } = asset.source;
  if (path === undefined) {
    throw new AwsError(
      'ValidationError',
      `Asset '${id}' of ${shortPath(manifestFile)} is made by a command; the sandbox publishes files and folders only.`,
    );
  }
  const source = join(dirname(manifestFile), path);
  const zipped = packaging === 'zip' && statSync(source).isDirectory();
  objects.put(bucket, key, zipped ? zipFolder(source) : readFileSync(source), contentTypeOf(key));
}

function contentTypeOf(key: string): string {
  if (key.endsWith('.zip')) return 'application/zip';
  return key.endsWith('.json') ? 'application/json' : 'application/octet-stream';
}

/** The CDK leaves account and region open where a stack may be deployed anywhere. */
function fillPlaceholders(text: string, { account, region, partition }: Environment): string {
  const values: Readonly<Record<string, string>> = { AccountId: account, Region: region, Partition: partition };
  return text.replace(/\$\{AWS::(\w+)\}/g, (found, name: string) => values[name] ?? found);
}
