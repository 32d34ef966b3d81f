import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { startPglite } from './pglite-server';

/** Written with the cache's name: a data folder fits one version of PGlite only. */
const version = (): string => {
  const entry = require.resolve('@electric-sql/pglite');
  return require(join(dirname(entry), '..', 'package.json')).version;
};

/**
 * Makes the data folder of a new database. PostgreSQL's initdb takes seconds in WebAssembly, so it runs once per
 * machine and version; the outcome is kept under the temporary folder and copied.
 */
export async function ensureDataFolder(folder: string): Promise<void> {
  if (existsSync(folder)) return;
  const fresh = `${folder}.${randomUUID()}`;
  await mkdir(dirname(folder), { recursive: true });
  await cp(await template(), fresh, { recursive: true });
  await rename(fresh, folder);
}

async function template(): Promise<string> {
  const folder = join(tmpdir(), `pglite-template-${version()}-${userInfo().uid}`);
  if (!existsSync(folder)) await initialise(folder);
  refuseStranger(folder);
  return folder;
}

async function initialise(folder: string): Promise<void> {
  const fresh = `${folder}.${randomUUID()}`;
  await mkdir(fresh, { mode: 0o700 });
  const server = await startPglite(fresh);
  await server.close();
  try {
    await rename(fresh, folder);
  } catch (error) {
    // Another process was faster; its template is as good.
    await rm(fresh, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

/** Every user can write to the temporary folder: a template planted there could contain any SQL function. */
function refuseStranger(folder: string): void {
  const { uid } = userInfo();
  if (uid < 0 || statSync(folder).uid === uid) return;
  throw new Error(
    `The PGlite template '${folder}' belongs to another user. Delete it, or set TMPDIR to a folder of your own.`,
  );
}
