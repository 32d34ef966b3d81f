import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder with the built Lambda functions. It lies in this package at `dist/asset`, whether this file runs from
 * source or from `dist/lib`.
 *
 * @throws Error when the package has not been built.
 */
export function engineAssetPath(from: string = __dirname): string {
  const folder = join(packageRoot(from), 'dist', 'asset');
  if (!existsSync(join(folder, 'index.js'))) {
    throw new Error(
      `The Lambda functions of cdk-migrations are not built: ${join(folder, 'index.js')} does not exist. ` +
        'Run `npm run build` in the cdk-migrations package, or install a published version, which contains them.',
    );
  }
  return folder;
}

function packageRoot(from: string): string {
  const manifest = join(from, 'package.json');
  if (
    existsSync(manifest) &&
    (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name === 'cdk-migrations'
  ) {
    return from;
  }
  if (dirname(from) === from) {
    throw new Error('cdk-migrations cannot find its own package.json above its source. Reinstall the package.');
  }
  return packageRoot(dirname(from));
}
