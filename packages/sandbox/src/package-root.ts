import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of our package.json: the built files are found from there, whether we run from sources or from dist. */
export function packageRoot(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`No package.json in any folder above ${__dirname}.`);
    folder = parent;
  }
  return folder;
}
