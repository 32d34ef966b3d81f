import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { type Zippable, zipSync } from 'fflate';

/** The earliest time a zip can hold: with it, the same files always make the same bytes. */
const FIXED_TIME = new Date(1980, 0, 2);

/** Packs a folder. Stored, not compressed: it goes to the next folder, not over a network. */
export function zipFolder(folder: string): Buffer {
  const files: Zippable = {};
  for (const file of listFiles(folder).sort()) {
    const mode = statSync(file).mode & 0o777;
    files[relative(folder, file).split(sep).join('/')] = [readFileSync(file), { attrs: mode << 16, os: 3 }];
  }
  return Buffer.from(zipSync(files, { level: 0, mtime: FIXED_TIME }));
}

function listFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? listFiles(path) : [path];
  });
}
