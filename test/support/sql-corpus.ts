import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Real statements, by file: those of the SQL files that a database server is installed with, and of the folder that a
 * variable names. None of them is in this repository, since their licences are not ours.
 * @param folders of the server; those that do not exist are left out
 */
export function sqlCorpus(folders: readonly string[], variable: string): ReadonlyMap<string, string> {
  const own = process.env[variable];
  const paths = [...folders, ...(own ? [own] : [])].filter(existsSync).flatMap(filesIn);
  return new Map(paths.map((path) => [path, readFileSync(path, 'utf8').replaceAll('\r\n', '\n')]));
}

function filesIn(path: string): readonly string[] {
  if (statSync(path).isDirectory()) {
    return readdirSync(path)
      .sort()
      .flatMap((name) => filesIn(join(path, name)));
  }
  return path.endsWith('.sql') ? [path] : [];
}
