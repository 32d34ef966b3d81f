import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { Annotations, ArnFormat, FileAssetPackaging, Stack, Stage } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { type BuiltBundleFile, type BundleFileRequest, buildBundleSync } from '../bundler/build-sync';
import type { Bundle } from '../core/bundle/bundle';
import type { SeedSource } from '../core/bundle/seed';
import { formatLocation, renderError } from '../core/errors/index';
import { type BundleLocation, seedFileName, seedKey } from '../core/wire';
import { acknowledgeWildcards } from './acknowledge';

/** All migrations of a construct in one file among the app's assets, named by its own digest, and the rows of each seed file in another. */
export class BundleAsset {
  readonly revision: string;
  readonly location: BundleLocation;
  readonly bundle: Bundle;
  private readonly bucketName: string;

  /** @throws Error with every problem of the migrations, by file and line */
  constructor(scope: Construct, folder: string, targets: BundleFileRequest['targets']) {
    const stack = Stack.of(scope);
    const stage = Stage.of(scope)!;
    const { revision, file, warnings } = build(scope, {
      folder: resolve(folder),
      targets,
      outputFolder: stage.assetOutdir,
    });
    const asset = stack.synthesizer.addFileAsset({
      fileName: relative(stage.outdir, file),
      packaging: FileAssetPackaging.FILE,
      sourceHash: revision,
      displayName: `${scope.node.path}/Bundle`,
    });

    for (const { code, message, hint, location } of warnings) {
      const place = location ? formatLocation(location) : '';
      Annotations.of(scope).addWarningV2(`cdk-migrations:${code}`, `${place} ${message} ${hint ?? ''}`.trim());
    }

    this.revision = revision;
    this.bucketName = asset.bucketName;
    this.location = { Bucket: asset.bucketName, Key: asset.objectKey, Digest: revision };
    this.bundle = JSON.parse(readFileSync(file, 'utf8')) as Bundle;
    for (const seed of seedsOf(this.bundle)) this.addSeed(scope, seed, relative(stage.outdir, dirname(file)));
  }

  /** The rows of a seed file, which the engine finds beside the bundle. */
  private addSeed(scope: Construct, seed: SeedSource, folder: string): void {
    const stack = Stack.of(scope);
    const asset = stack.synthesizer.addFileAsset({
      fileName: join(folder, seedFileName(seed)),
      packaging: FileAssetPackaging.FILE,
      sourceHash: seed.digest,
      displayName: `${scope.node.path}/${seed.file}`,
    });
    const [stored, expected] = [
      [asset.bucketName, asset.objectKey],
      [this.bucketName, seedKey(this.location, seed)],
    ].map((place) => JSON.stringify(stack.resolve(place)));
    if (stored === expected) return;
    throw new Error(
      `The synthesizer of ${stack.node.path} stores the rows of ${seed.file} at ${stored}, but the engine reads them beside the ` +
        `bundle, at ${expected}. Use a synthesizer that names assets by their hash, such as DefaultStackSynthesizer.`,
    );
  }

  /**
   * Lets a role read every bundle in the asset bucket, not only this one: in a rollback CloudFormation restores the old
   * policy first, and the engine then still has to read the new bundle to undo it.
   */
  grantReadAll(role: iam.IRole): void {
    const stack = Stack.of(role);
    const bucket = { service: 's3', account: '', region: '', resource: this.bucketName };
    const bucketArn = stack.formatArn({ ...bucket, arnFormat: ArnFormat.NO_RESOURCE_NAME });
    const objects = stack.formatArn({ ...bucket, resourceName: '*', arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
    role.addToPrincipalPolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: [objects] }));
    const decrypt = decryptObjects(stack, [bucketArn, objects]);
    role.addToPrincipalPolicy(decrypt);
    acknowledgeWildcards(role, [objects], 'A rollback must read the bundle of the deployment that failed, too.');
    acknowledgeWildcards(
      role,
      decrypt.resources,
      'Conditions limit it to objects of the asset bucket, read through S3.',
    );
  }
}

/** Of all migrations, each once. */
function seedsOf({ migrations }: Bundle): readonly SeedSource[] {
  const sources = migrations
    .flatMap(({ phases }) => phases.flatMap(({ actions }) => actions))
    .flatMap((action) => (action.type === 'data' && 'file' in action.source ? [action.source] : []));
  return [...new Map(sources.map((source) => [source.digest, source])).values()];
}

/**
 * A bucket bootstrapped with a key of its own needs its key. A template cannot know which one that is, but S3 names the
 * bucket, or the object, whenever it uses a key (aws-facts KMS-1), and no key is usable by this for anything else.
 */
function decryptObjects(stack: Stack, encrypted: string[]): PolicyStatement {
  return new PolicyStatement({
    actions: ['kms:Decrypt'],
    resources: [stack.formatArn({ service: 'kms', resource: 'key', resourceName: '*' })],
    conditions: {
      StringEquals: { 'kms:ViaService': `s3.${stack.region}.amazonaws.com` },
      StringLike: { 'kms:EncryptionContext:aws:s3:arn': encrypted },
    },
  });
}

function build(scope: Construct, request: BundleFileRequest): BuiltBundleFile {
  try {
    return buildBundleSync(request);
  } catch (cause) {
    const problems = renderError(cause, (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined));
    throw new Error(`Invalid migrations of ${scope.node.path}:\n\n${problems}\n`, { cause });
  }
}
