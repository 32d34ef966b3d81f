/** The bundler as a process, for callers that cannot await: see `buildBundleSync`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { manifestOf } from '../core/bundle/manifest';
import { flattenErrors, MigrationError } from '../core/errors/index';
import { buildBundle } from './build-bundle';
import { type BundleFileAnswer, type BundleFileRequest, toPlainError } from './protocol';

async function answer(): Promise<BundleFileAnswer> {
  try {
    const request = JSON.parse(process.argv[2] ?? readFileSync(0, 'utf8')) as BundleFileRequest;
    const { bundle, bytes, revision, warnings } = await buildBundle(request);
    const folder = resolve(request.outputFolder);
    const file = join(folder, `${revision}.json`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, bytes);
    const manifest = manifestOf(bundle, revision);
    return { ok: true, revision, file, manifest, warnings: warnings.map(toPlainError) };
  } catch (error) {
    const { code, message } = asMigrationError(error);
    return { ok: false, code, message, errors: flattenErrors(asMigrationError(error)).map(toPlainError) };
  }
}

function asMigrationError(error: unknown): MigrationError {
  if (error instanceof MigrationError) return error;
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new MigrationError('BUNDLER_FAILED', message, { cause: error });
}

void answer().then((result) => {
  // What a migration file has left running must not keep the caller waiting.
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(result.ok ? 0 : 2));
});
