import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientSession } from './client-session';
import { Mutex } from './mutex';
import { ensureDataFolder } from './pglite-folder';
import { type PgliteServer, startPglite } from './pglite-server';
import type { SqlEngine, SqlSession } from './sql-engine';

/** A PGlite takes about 500 MB: one that was idle for this long is closed, and started again when it is needed. */
const IDLE_MS = 120_000;

/**
 * One PGlite per database, started lazily, its data in a folder. PGlite has one session, so sessions take turns: while
 * a transaction holds it, every other call on that database waits, which on AWS it would do for locked rows only.
 */
export class PgliteEngine implements SqlEngine {
  readonly #folder: string;
  readonly #databases = new Map<string, PgliteDatabase>();

  /** @param folder that holds one data folder per database. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  open(database: string, signal: AbortSignal): Promise<SqlSession> {
    const known = this.#databases.get(database) ?? new PgliteDatabase(join(this.#folder, database));
    this.#databases.set(database, known);
    return known.open(signal);
  }

  async drop(database: string): Promise<void> {
    const known = this.#databases.get(database);
    this.#databases.delete(database);
    await known?.retire('terminate');
    await rm(join(this.#folder, database), { recursive: true, force: true });
  }

  async close(): Promise<void> {
    const databases = [...this.#databases.values()];
    this.#databases.clear();
    await Promise.all(databases.map((database) => database.retire('close')));
  }
}

class PgliteDatabase {
  readonly #folder: string;
  readonly #session = new Mutex();
  #server: Promise<PgliteServer> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #retired = false;
  /** Two PGlites on one folder would ruin it, so a start waits for the end of the one before. */
  #ending = Promise.resolve();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async open(signal: AbortSignal): Promise<SqlSession> {
    const unlock = await this.#session.lock(signal);
    try {
      if (this.#retired) throw new Error('The database was dropped, or its sandbox closed, while the call waited.');
      clearTimeout(this.#idle);
      const server = await this.#start();
      return new ClientSession(server.client, {
        cancel: () => this.#end((running) => running.terminate()),
        release: async (wipe) => {
          if (!(await wipe())) await this.#end((running) => running.terminate());
          this.#idle = setTimeout(() => void this.#end((running) => running.close()), IDLE_MS).unref();
          unlock();
        },
      });
    } catch (error) {
      unlock();
      throw error;
    }
  }

  async #start(): Promise<PgliteServer> {
    this.#server ??= this.#ending.then(() => ensureDataFolder(this.#folder)).then(() => startPglite(this.#folder));
    try {
      return await this.#server;
    } catch (error) {
      this.#server = undefined;
      throw error;
    }
  }

  /** For good: who still waits for the session must not start it again. A statement that runs is not waited for. */
  retire(how: 'close' | 'terminate'): Promise<void> {
    this.#retired = true;
    return this.#end((server) => (this.#session.held ? server.terminate() : server[how]()));
  }

  #end(how: (server: PgliteServer) => Promise<void>): Promise<void> {
    clearTimeout(this.#idle);
    const server = this.#server;
    this.#server = undefined;
    if (server) this.#ending = server.then(how, () => {});
    return this.#ending;
  }
}
