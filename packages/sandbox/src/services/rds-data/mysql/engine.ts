import type * as Mysql from 'mysql2/promise';
import { connectInTime } from '../engine/connect-in-time';
import type { SqlEngine, SqlSession } from '../engine/sql-engine';
import { connectionOptions, loadDriver } from './driver';
import type { MysqlResult } from './result';
import { MysqlSession, SESSION_SETTINGS } from './session';

const SESSIONS_PER_DATABASE = 20;
const IDLE_MS = 10_000;

/** A MySQL or MariaDB server somewhere: one database of it per (cluster, database). */
export class MysqlEngine implements SqlEngine<MysqlResult, never> {
  readonly #url: string;
  #admin: Promise<Mysql.Pool> | undefined;
  readonly #pools = new Map<string, Promise<Mysql.Pool>>();
  /** Threads of the sessions that are open, by database. */
  readonly #threads = new Map<number, string>();

  /** @param url of a user with the right to create databases. */
  constructor(url: string) {
    this.#url = url;
  }

  async open(database: string, signal: AbortSignal): Promise<SqlSession<MysqlResult, never>> {
    signal.throwIfAborted();
    const connection = await connectInTime((await this.#pool(database)).getConnection(), signal);
    const { threadId } = connection;
    this.#threads.set(threadId, database);
    return new MysqlSession(connection, {
      cancel: () => this.#kill('QUERY', threadId),
      release: (wipe) => {
        this.#threads.delete(threadId);
        // The caller has its answer meanwhile: another call takes another session.
        void wipe().then((reusable) => (reusable ? connection.release() : connection.destroy()));
      },
    });
  }

  async drop(database: string): Promise<void> {
    const pool = this.#pools.get(database);
    this.#pools.delete(database);
    const open = [...this.#threads].filter(([, of]) => of === database).map(([thread]) => thread);
    // Dropping waits for every transaction in the database.
    await Promise.all(open.map((thread) => this.#kill('CONNECTION', thread)));
    await (await this.#administrator()).query(`DROP DATABASE IF EXISTS ${quoteName(database)}`);
    void pool?.then((one) => one.end()).catch(() => {});
  }

  async close(): Promise<void> {
    const pools = [...this.#pools.values(), ...(this.#admin ? [this.#admin] : [])];
    this.#pools.clear();
    await Promise.all([...this.#threads.keys()].map((thread) => this.#kill('QUERY', thread)));
    // A pool that could not be made has nothing to end.
    await Promise.all(pools.map((pool) => pool.then((one) => one.end()).catch(() => {})));
  }

  #pool(database: string): Promise<Mysql.Pool> {
    const known = this.#pools.get(database);
    if (known) return known;
    const pool = this.#make(database);
    this.#pools.set(database, pool);
    // A failure is not remembered: the server may be back at the next call.
    pool.catch(() => this.#pools.delete(database));
    return pool;
  }

  async #make(database: string): Promise<Mysql.Pool> {
    const admin = await this.#administrator();
    await admin.query(`CREATE DATABASE IF NOT EXISTS ${quoteName(database)} CHARACTER SET utf8mb4`);
    return this.#connections({ database, connectionLimit: SESSIONS_PER_DATABASE });
  }

  #administrator(): Promise<Mysql.Pool> {
    this.#admin ??= this.#connections({ connectionLimit: 2 });
    return this.#admin;
  }

  async #connections(options: Mysql.PoolOptions): Promise<Mysql.Pool> {
    const { createPool } = await loadDriver();
    const pool = createPool({
      ...connectionOptions(this.#url),
      ...options,
      charset: 'utf8mb4',
      supportBigNumbers: true,
      bigNumberStrings: true,
      idleTimeout: IDLE_MS,
    });
    // Statements of one connection run in their order, so this one runs before any of the caller's.
    pool.pool.on('connection', (connection) => {
      connection.on('error', () => {});
      connection.query(SESSION_SETTINGS, () => {});
    });
    return pool;
  }

  /** A thread that is gone needs no stopping. */
  async #kill(what: 'QUERY' | 'CONNECTION', thread: number): Promise<void> {
    await (await this.#administrator()).query(`KILL ${what} ${thread}`).catch(() => {});
  }
}

function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
