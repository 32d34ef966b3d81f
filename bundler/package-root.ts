import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MigrationError } from '../core/errors/index';

/**
 * The folder of this package, with package.json and dist in it: found by walking up, so that it is the same from the
 * sources and from dist, in the repository and installed.
 */
export function packageRoot(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === 'cdk-migrations') return folder;
    if (folder === dirname(folder)) throw noPackage();
  }
}

function noPackage(): MigrationError {
  return new MigrationError('BUNDLER_FAILED', `No package.json of cdk-migrations above ${__dirname}.`, {
    hint: 'Reinstall the package; it cannot be bundled into another file.',
  });
}
