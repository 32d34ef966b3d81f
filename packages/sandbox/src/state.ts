import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SandboxError } from './sandbox-error';

/** JSON documents in the sandbox's folder. A write replaces the whole document at once, so a kill never halves one. */
export class StateStore {
  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** The document's content, or `fallback` when there is none yet. Any other failure to read is an error. */
  read<T>(name: string, fallback: T): T {
    const file = this.path(name);
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return fallback;
      throw error instanceof SyntaxError ? this.#unreadable(file, error) : error;
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

  #unreadable(file: string, cause: SyntaxError): SandboxError {
    return new SandboxError('STATE_UNREADABLE', `${file} is not what the sandbox wrote: ${cause.message}.`, {
      payload: { folder: this.folder },
      location: { file },
      hint: `Restore that file from a copy, or delete the whole sandbox with \`reset --state ${this.folder}\`.`,
      cause,
    });
  }
}
