import { Pool, type PoolClient } from 'pg';
import { ClientSession, SESSION_OPTIONS } from './client-session';
import { connectInTime } from './connect-in-time';
import type { SqlEngine, SqlSession } from './sql-engine';

const SESSIONS_PER_DATABASE = 20;
const IDLE_MS = 10_000;

/** A PostgreSQL server somewhere, with true concurrency: one database of it per (cluster, database). */
export class PostgresEngine implements SqlEngine {
  readonly #url: string;
  readonly #admin: Pool;
  readonly #pools = new Map<string, Promise<Pool>>();
  /** Backends of the sessions that are open, so that closing need not wait for what they run. */
  readonly #backends = new Set<number>();

  /** @param url of a role with the right to create databases. */
  constructor(url: string) {
    this.#url = url;
    this.#admin = quiet(new Pool({ connectionString: url, max: 2, idleTimeoutMillis: IDLE_MS }));
  }

  async open(database: string, signal: AbortSignal): Promise<SqlSession> {
    signal.throwIfAborted();
    const pool = await this.#pool(database);
    const client = await connectInTime(pool.connect(), signal);
    // node-postgres has the backend's id from the start-up handshake but no type for it.
    const { processID: backend } = client as PoolClient & { readonly processID: number };
    this.#backends.add(backend);
    return new ClientSession(client, {
      cancel: () => this.#cancel(backend),
      release: async (wipe) => {
        this.#backends.delete(backend);
        // The caller has its answer meanwhile: another call takes another session.
        void wipe().then((reusable) => client.release(!reusable));
      },
    });
  }

  async drop(database: string): Promise<void> {
    const pool = this.#pools.get(database);
    this.#pools.delete(database);
    await this.#admin.query(`DROP DATABASE IF EXISTS ${quoteName(database)} WITH (FORCE)`);
    // Clients that are still checked out are gone with the database; `end` waits for their release, so it is not awaited.
    void pool?.then((open) => open.end());
  }

  async close(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all([...this.#backends].map((backend) => this.#cancel(backend)));
    await Promise.all([this.#admin.end(), ...pools.map(async (pool) => (await pool).end())]);
  }

  #pool(database: string): Promise<Pool> {
    const known = this.#pools.get(database);
    if (known) return known;
    const pool = this.#make(database);
    this.#pools.set(database, pool);
    // A failure is not remembered: the server may be back at the next call.
    pool.catch(() => this.#pools.delete(database));
    return pool;
  }

  async #make(database: string): Promise<Pool> {
    const { rowCount } = await this.#admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    // template0 may be copied while others use the server; template1 may not.
    if (!rowCount) await this.#admin.query(`CREATE DATABASE ${quoteName(database)} TEMPLATE template0`);
    const url = new URL(this.#url);
    url.pathname = `/${encodeURIComponent(database)}`;
    return quiet(
      new Pool({
        connectionString: url.href,
        options: SESSION_OPTIONS,
        max: SESSIONS_PER_DATABASE,
        idleTimeoutMillis: IDLE_MS,
        allowExitOnIdle: true,
      }),
    );
  }

  async #cancel(backend: number): Promise<void> {
    await this.#admin.query('SELECT pg_cancel_backend($1)', [backend]);
  }
}

/** Without listeners, the loss of a connection, idle or in use (its database was dropped), would end the process. */
function quiet(pool: Pool): Pool {
  pool.on('error', () => {});
  return pool.on('connect', (client) => client.on('error', () => {}));
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
