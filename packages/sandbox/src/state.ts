import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** JSON documents in the sandbox's folder. A write replaces the whole document at once, so a kill never halves one. */
export class StateStore {
  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** The document's content, or `fallback` when there is none yet. Any other failure to read is an error. */
  read<T>(name: string, fallback: T): T {
    try {
      return JSON.parse(readFileSync(this.path(name), 'utf8')) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return fallback;
      throw error;
    }
  }

  write(name: string, value: unknown): void {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, JSON.stringify(value));
    renameSync(`${path}.new`, path);
  }

  /** Absolute path of a file or folder inside the state folder. */
  path(name: string): string {
    return join(this.folder, name);
  }
}
