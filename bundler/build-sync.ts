import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MigrationError } from '../core/errors/index';
import { packageRoot } from './package-root';
import {
  type BuiltBundleFile,
  type BuiltManifest,
  type BundleFileAnswer,
  type BundleFileRequest,
  type CheckRequest,
  fromPlainError,
} from './protocol';

export type { BuiltBundleFile, BundleFileRequest } from './protocol';

/**
 * Far beyond what any folder takes. What a migration file runs by itself is stopped long before; this is for one whose
 * top level goes on in promises or in native code.
 */
const longestRun = 120_000;

/**
 * `buildBundle` for callers that cannot await, such as the constructor of a CDK construct: runs it in a process of its
 * own and waits for it. Takes about a third of a second for a small folder.
 * @throws MigrationError the same as `buildBundle`; `BUNDLER_FAILED` when the process itself fails
 */
export function buildBundleSync(request: BundleFileRequest): BuiltBundleFile {
  const { file, ...built } = run(request, longestRun);
  return { ...built, file: file! };
}

/**
 * Builds the bundle without keeping it, in a process of its own: a migration file can end or block that one only.
 * @param milliseconds after which the process is stopped
 * @throws MigrationError as {@link buildBundleSync}
 */
export function checkMigrationsSync(request: CheckRequest, milliseconds = longestRun): BuiltManifest {
  return run(request, milliseconds);
}

function run(request: CheckRequest, timeout: number): BuiltManifest & { readonly file?: string } {
  const main = join(packageRoot(), 'dist/bundler/main.js');
  if (!existsSync(main)) {
    throw new MigrationError('BUNDLER_FAILED', `The bundler is not built: ${main} is missing.`, {
      hint: 'Run node scripts/build.mjs in the repository; otherwise reinstall the package.',
    });
  }
  const { stdout, stderr, error, status } = spawnSync(process.execPath, [main], {
    input: JSON.stringify(request),
    encoding: 'utf8',
    // Loaders and debuggers of the caller would only slow it down.
    env: { ...process.env, NODE_OPTIONS: '' },
    maxBuffer: 1024 ** 3,
    timeout,
    killSignal: 'SIGKILL',
  });
  const answer = parseAnswer(stdout);
  if (!answer)
    throw (error as NodeJS.ErrnoException)?.code === 'ETIMEDOUT' ? tooLong(timeout) : failed(status, stderr, error);
  if (stderr) process.stderr.write(stderr);
  if (answer.ok) {
    const { revision, file, manifest, warnings } = answer;
    return { revision, file, manifest, warnings: warnings.map(fromPlainError) };
  }
  const errors = answer.errors.map(fromPlainError);
  throw answer.code === 'INVALID_MIGRATIONS' ? new MigrationError(answer.code, answer.message, { errors }) : errors[0];
}

function tooLong(milliseconds: number): MigrationError {
  const message = `The bundler did not answer within ${milliseconds / 1_000} s and was stopped: a TypeScript migration does not end.`;
  return new MigrationError('BUNDLER_FAILED', message, {
    hint: 'Let the top level of each .ts file only declare its migration, and do everything else in its functions.',
  });
}

function failed(status: number | null, stderr: string | null, cause: unknown): MigrationError {
  const message = `The bundler ended with ${status ?? 'no status'}, without an answer. ${stderr ?? ''}`.trim();
  return new MigrationError('BUNDLER_FAILED', message, { cause });
}

function parseAnswer(stdout: string | null): BundleFileAnswer | undefined {
  try {
    return JSON.parse(stdout ?? '') as BundleFileAnswer;
  } catch {
    return undefined;
  }
}
