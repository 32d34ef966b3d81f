import { accessSync, constants } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

const NAME = process.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide';

/** The npm package of this platform, then `DYNOXIDE_PATH`, then `dynoxide` on the PATH. */
export function findDynoxide(env: NodeJS.ProcessEnv): string {
  const packaged = `@dynoxide/${process.platform}-${process.arch}`;
  const candidates = [
    ...packageFolder(packaged).map((folder) => join(folder, NAME)),
    ...(env['DYNOXIDE_PATH'] ? [env['DYNOXIDE_PATH']] : []),
    ...(env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, NAME)),
  ];
  const found = candidates.find(isExecutable);
  if (found) return found;
  throw new Error(
    `No dynoxide, the DynamoDB server of the sandbox, for ${process.platform}-${process.arch}. Looked for the npm package ` +
      `${packaged}, the file that DYNOXIDE_PATH names, and '${NAME}' on the PATH. Install one (npm install --include=optional, ` +
      'or cargo install dynoxide), or set DYNAMODB_ENDPOINT to a DynamoDB-compatible server that runs already.',
  );
}

function packageFolder(name: string): readonly string[] {
  try {
    return [dirname(require.resolve(`${name}/package.json`))];
  } catch {
    // Not installed: it is an optional dependency, and there is none for every platform.
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
