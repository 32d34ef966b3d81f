import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../bundler/package-root';

/**
 * The folder with the built Lambda functions.
 *
 * @throws Error when the package has not been built.
 */
export function engineAssetPath(root: string = packageRoot()): string {
  const folder = join(root, 'dist', 'asset');
  const file = join(folder, 'index.js');
  if (existsSync(file)) return folder;
  throw new Error(
    `The Lambda functions of cdk-migrations are not built: ${file} does not exist. Run \`node scripts/build.mjs\` in ` +
      'the repository of cdk-migrations; an installed package contains them, so reinstall it.',
  );
}
