/** The bundler as a process, for callers that cannot await: see `buildBundleSync`. */
import { mkdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { manifestOf } from '../core/bundle/manifest';
import { flattenErrors, MigrationError } from '../core/errors/index';
import { buildBundle } from './build-bundle';
import { readConfig } from './config';
import { displayPath } from './folder';
import { type BundleFileAnswer, type BundleFileRequest, type CheckRequest, toPlainError } from './protocol';

async function answer(): Promise<BundleFileAnswer> {
  try {
    const request = JSON.parse(process.argv[2] ?? readFileSync(0, 'utf8')) as CheckRequest & Partial<BundleFileRequest>;
    const { folder, targets } = request;
    const config = request.config === undefined ? undefined : await configOf(request.config);
    const { bundle, bytes, revision, warnings } = await buildBundle({
      ...{ folder, targets, config },
      seedFolder: request.outputFolder && resolve(request.outputFolder),
    });
    const file = write(request.outputFolder, revision, bytes);
    const manifest = manifestOf(bundle, revision);
    return { ok: true, revision, file, manifest, warnings: warnings.map(toPlainError) };
  } catch (error) {
    const { code, message } = asMigrationError(error);
    return { ok: false, code, message, errors: flattenErrors(asMigrationError(error)).map(toPlainError) };
  }
}

async function configOf(path: string) {
  return { file: displayPath(resolve(path)), content: await readConfig(path) };
}

function write(outputFolder: string | undefined, revision: string, bytes: Uint8Array): string | undefined {
  if (outputFolder === undefined) return undefined;
  const file = join(resolve(outputFolder), `${revision}.json`);
  mkdirSync(resolve(outputFolder), { recursive: true });
  writeFileSync(file, bytes);
  return file;
}

function asMigrationError(error: unknown): MigrationError {
  if (error instanceof MigrationError) return error;
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new MigrationError('BUNDLER_FAILED', message, { cause: error });
}

/** At once: what a migration file has left running may never let an event come. */
function print(text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(1, bytes, written);
    } catch (error) {
      // The reader is slower than we are.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}

void answer().then((result) => {
  print(`${JSON.stringify(result)}\n`);
  process.exit(result.ok ? 0 : 2);
});
