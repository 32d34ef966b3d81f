import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { unzipSync } from 'fflate';
import { AwsError } from '../../aws-error';
import type { StateStore } from '../../state';
import { sdkScopes } from './runtime-files';

/** Code of functions, unpacked: `<state>/code/<digest>/`. Every folder is written once and never changed. */
export class CodeStore {
  readonly #folder: string;

  constructor(state: StateStore) {
    this.#folder = state.path('code');
  }

  /** Where the SDK is found that every Lambda runtime has. */
  get runtimeModules(): string {
    return join(this.#folder, 'node_modules');
  }

  folderOf(digest: string): string {
    return join(this.#folder, digest);
  }

  /** Unpacks a zip file and returns its digest. */
  addZip(zip: Buffer): string {
    const digest = createHash('sha256').update(zip).digest('hex');
    return this.#add(digest, () => unzip(zip));
  }

  /** The inline `ZipFile` of a template: one file, `index.js` for Node runtimes. */
  addInline(source: string): string {
    const digest = createHash('sha256').update(`inline:${source}`).digest('hex');
    return this.#add(digest, () => [['index.js', Buffer.from(source)]]);
  }

  /** Deletes code that no function has any more. */
  sweep(used: ReadonlySet<string>): void {
    if (!existsSync(this.#folder)) return;
    for (const name of readdirSync(this.#folder)) {
      if (/^[0-9a-f]{64}/.test(name) && !used.has(name))
        rmSync(join(this.#folder, name), { recursive: true, force: true });
    }
  }

  #add(digest: string, files: () => readonly (readonly [string, Uint8Array])[]): string {
    this.#prepare();
    const folder = this.folderOf(digest);
    if (existsSync(folder)) return digest;
    const unfinished = `${folder}.new`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    for (const [name, content] of files()) writeInside(unfinished, name, content);
    renameSync(unfinished, folder);
    return digest;
  }

  /**
   * Gives the code folders the surroundings that /var/task has: no package.json above that could make `.js` files ES
   * modules, and the runtime's SDK, which ES modules find only in a folder above them.
   */
  #prepare(): void {
    if (existsSync(join(this.#folder, 'package.json'))) return;
    mkdirSync(this.runtimeModules, { recursive: true });
    for (const [scope, target] of sdkScopes()) {
      const link = join(this.runtimeModules, scope);
      if (!existsSync(link)) symlinkSync(target, link, 'dir');
    }
    writeFileSync(join(this.#folder, 'package.json'), '{}');
  }
}

function unzip(zip: Buffer): readonly (readonly [string, Uint8Array])[] {
  try {
    return Object.entries(unzipSync(zip)).filter(([name]) => !name.endsWith('/'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AwsError(
      'InvalidParameterValueException',
      `Could not unzip uploaded file. Please check your file. (${reason})`,
    );
  }
}

function writeInside(folder: string, name: string, content: Uint8Array): void {
  const path = resolve(folder, name);
  if (!path.startsWith(folder + sep)) {
    throw new AwsError('InvalidParameterValueException', `The zip has a file outside its own folder: '${name}'.`);
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, 0o755);
}
