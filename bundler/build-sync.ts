import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MigrationError } from '../core/errors/index';
import { packageRoot } from './package-root';
import { type BuiltBundleFile, type BundleFileAnswer, type BundleFileRequest, fromPlainError } from './protocol';

export type { BuiltBundleFile, BundleFileRequest } from './protocol';

/**
 * `buildBundle` for callers that cannot await, such as the constructor of a CDK construct: runs it in a process of its
 * own and waits for it. Takes about a third of a second for a small folder.
 * @throws MigrationError the same as `buildBundle`; `BUNDLER_FAILED` when the process itself fails
 */
export function buildBundleSync(request: BundleFileRequest): BuiltBundleFile {
  const main = join(packageRoot(), 'dist/bundler/main.js');
  if (!existsSync(main)) {
    throw new MigrationError('BUNDLER_FAILED', `The bundler is not built: ${main} is missing.`, {
      hint: 'Run node scripts/build.mjs in the repository; otherwise reinstall the package.',
    });
  }
  const { stdout, stderr, error, status, signal } = spawnSync(process.execPath, [main], {
    input: JSON.stringify(request),
    encoding: 'utf8',
    // Loaders and debuggers of the caller would only slow it down.
    env: { ...process.env, NODE_OPTIONS: '' },
    maxBuffer: 1024 ** 3,
    // For a file whose top level goes on in promises or in native code: what it runs by itself is stopped long before.
    timeout: 300_000,
  });
  const answer = parseAnswer(stdout);
  if (!answer) {
    throw new MigrationError(
      'BUNDLER_FAILED',
      `The bundler ended with ${status ?? signal ?? 'no status'}, without an answer. ${stderr ?? ''}`.trim(),
      {
        cause: error,
      },
    );
  }
  if (stderr) process.stderr.write(stderr);
  if (answer.ok) {
    const { revision, file, manifest, warnings } = answer;
    return { revision, file, manifest, warnings: warnings.map(fromPlainError) };
  }
  const errors = answer.errors.map(fromPlainError);
  throw answer.code === 'INVALID_MIGRATIONS' ? new MigrationError(answer.code, answer.message, { errors }) : errors[0];
}

function parseAnswer(stdout: string | null): BundleFileAnswer | undefined {
  try {
    return JSON.parse(stdout ?? '') as BundleFileAnswer;
  } catch {
    return undefined;
  }
}
