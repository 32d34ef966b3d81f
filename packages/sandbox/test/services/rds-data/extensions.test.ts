import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
  RollbackTransactionCommand,
} from '@aws-sdk/client-rds-data';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManualClock } from '../../helpers/manual-clock';
import { CONTRIB_PROBES } from './contrib-probes';
import { type DataApi, openDataApi } from './engines';

const PGLITE = { name: 'pglite' } as const;

/** The modules that the export map of the installed package offers as `./contrib/*`. */
function shippedModules(): readonly string[] {
  const root = join(dirname(require.resolve('@electric-sql/pglite')), '..');
  const pattern: string = require(join(root, 'package.json')).exports['./contrib/*'].require;
  const [folder, ending] = pattern.split('*') as [string, string];
  const files = readdirSync(join(root, folder)).filter((file) => file.endsWith(ending));
  return files.map((file) => file.slice(0, -ending.length)).sort();
}

/** What PostgreSQL calls it: `uuid_ossp` is the extension uuid-ossp. */
function nameOf(module: string): string {
  const [offered] = Object.values<{ readonly name: string }>(require(`@electric-sql/pglite/contrib/${module}`));
  return offered!.name;
}

/** It has no CREATE EXTENSION on any PostgreSQL: it is a library that a session loads. */
const LIBRARY = 'auto_explain';

describe('extensions of PGlite', () => {
  let api: DataApi;
  beforeAll(async () => {
    api = await openDataApi(PGLITE);
  });
  afterAll(() => api.close());

  const run = (sql: string, rest: Partial<ExecuteStatementCommandInput> = {}) =>
    api.client.send(new ExecuteStatementCommand({ ...api.base, sql, ...rest }));
  const begin = async () => (await api.client.send(new BeginTransactionCommand(api.base))).transactionId ?? '';
  const value = async (sql: string): Promise<unknown> => {
    const [row] = await api.service.query('main', 'app', sql);
    return Object.values(row!)[0];
  };
  const has = (extension: string) => value(`SELECT EXISTS (SELECT FROM pg_extension WHERE extname = '${extension}')`);

  it('The package ships at least 34 modules, and each of them has a probe here', () => {
    expect(shippedModules().length).toBeGreaterThanOrEqual(34);
    expect(shippedModules()).toEqual(Object.keys(CONTRIB_PROBES).sort());
  });

  it.each(shippedModules().filter((module) => module !== LIBRARY))(
    'The module %s is created by CREATE EXTENSION and answers',
    async (module) => {
      const { prepare = [], ask, answer } = CONTRIB_PROBES[module]!;
      await run(`CREATE EXTENSION IF NOT EXISTS "${nameOf(module)}" CASCADE`);
      for (const sql of prepare) await run(sql);
      expect(await value(ask)).toEqual(answer);
      expect(await has(nameOf(module))).toBe(true);
    },
  );

  it(`The module ${LIBRARY} is loaded by LOAD and answers`, async () => {
    const { ask, answer } = CONTRIB_PROBES[LIBRARY]!;
    const transactionId = await begin();
    await run(`LOAD '${LIBRARY}'`, { transactionId });
    const { records } = await run(ask, { transactionId });
    expect(records).toEqual([[{ stringValue: answer }]]);
    await api.client.send(new RollbackTransactionCommand({ ...api.base, transactionId }));
  });

  it('PostgreSQL lists all of them as available', async () => {
    const rows = await api.service.query('main', 'app', 'SELECT name FROM pg_available_extensions');
    const listed = rows.map(({ name }) => name);
    expect(listed).toEqual(
      expect.arrayContaining(
        shippedModules()
          .filter((name) => name !== LIBRARY)
          .map(nameOf),
      ),
    );
  });

  it('IF NOT EXISTS creates an extension once', async () => {
    await run('CREATE EXTENSION IF NOT EXISTS "uuid-ossp"');
    await run('CREATE EXTENSION IF NOT EXISTS "uuid-ossp"');
    await expect(run('CREATE EXTENSION "uuid-ossp"')).rejects.toThrow(/extension "uuid-ossp" already exists/);
  });

  it('WITH SCHEMA decides where an extension is created', async () => {
    await run('DROP EXTENSION IF EXISTS citext');
    await run('CREATE SCHEMA elsewhere');
    await run('CREATE EXTENSION citext WITH SCHEMA elsewhere');
    expect(await value("SELECT elsewhere.citext_eq('a', 'A')")).toBe(true);
    await expect(run("SELECT 'a'::citext")).rejects.toThrow(/type "citext" does not exist/);
  });

  it('CASCADE also creates the extension that another one requires', async () => {
    await run('DROP EXTENSION IF EXISTS cube CASCADE');
    await expect(run('CREATE EXTENSION earthdistance')).rejects.toThrow(/required extension "cube" is not installed/);
    await run('CREATE EXTENSION earthdistance CASCADE');
    expect(await has('cube')).toBe(true);
  });

  it('An extension is rolled back or committed with its transaction', async () => {
    await run('DROP EXTENSION IF EXISTS hstore');
    const first = await begin();
    await run('CREATE EXTENSION hstore', { transactionId: first });
    await run("SELECT 'a=>1'::hstore -> 'a'", { transactionId: first });
    await api.client.send(new RollbackTransactionCommand({ ...api.base, transactionId: first }));
    expect(await has('hstore')).toBe(false);
    const second = await begin();
    await run('CREATE EXTENSION hstore', { transactionId: second });
    await api.client.send(new CommitTransactionCommand({ ...api.base, transactionId: second }));
    expect(await value("SELECT 'a=>1'::hstore -> 'a'")).toBe('1');
  });

  it('A library that PostgreSQL is told to preload is there at the next start', async () => {
    await run('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    await expect(run('SELECT query FROM pg_stat_statements')).rejects.toThrow(/shared_preload_libraries/);
    await run("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'");
    await api.service.close();
    await api.disconnect();
    api = await openDataApi(PGLITE, {}, { folder: api.folder });
    await run('SELECT 42 AS counted');
    expect(await value("SELECT calls FROM pg_stat_statements WHERE query = 'SELECT $1 AS counted'")).toBe(1);
  });
});

describe('the files of extensions', () => {
  /** In a process of its own, because the module under test is made for a thread that loads it without a test runner. */
  const PROGRAM = `
    import { PGlite } from '@electric-sql/pglite';
    import { extensionsOnDemand } from './pglite-extensions.mjs';
    const database = await PGlite.create({ extensions: { extensionsOnDemand } });
    // Listing the folder would be asking for its files, so look at what the file system holds.
    const unpacked = () => 'citext.so' in database.Module.FS.lookupPath('/pglite/lib/postgresql').node.contents;
    await database.exec(\`CREATE TABLE item AS SELECT 'cats' AS name; ANALYZE;
      DO $$ BEGIN PERFORM to_tsvector('english', name) FROM item; END $$\`);
    const before = unpacked();
    await database.exec('CREATE EXTENSION citext');
    console.log(JSON.stringify({ before, after: unpacked() }));
    await database.close();`;

  it('No file of an extension is unpacked before one is asked for', () => {
    const engine = join(__dirname, '../../../src/services/rds-data/engine');
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
      cwd: engine,
      encoding: 'utf8',
      timeout: 25_000,
    });
    expect(JSON.parse(output)).toEqual({ before: false, after: true });
  });
});

describe('an extension of PGlite that no API call names', () => {
  let api: DataApi;
  beforeAll(async () => {
    api = await openDataApi(PGLITE);
  });
  afterAll(() => api.close());

  const run = (sql: string) => api.client.send(new ExecuteStatementCommand({ ...api.base, sql }));

  it('A DO block that composes the statement creates the extension', async () => {
    await run("DO $$ BEGIN EXECUTE concat('CREATE EXT', 'ENSION ', 'pg_', 'trgm'); END $$");
    const { records } = await run("SELECT similarity('word', 'two words')::text");
    expect(records).toEqual([[{ stringValue: '0.36363637' }]]);
  });

  it('A function that runs several statements in a subtransaction creates the extension', async () => {
    await run(`CREATE FUNCTION apply(statements text[]) RETURNS text LANGUAGE plpgsql AS $$
      DECLARE one text;
      BEGIN
        FOREACH one IN ARRAY statements LOOP EXECUTE one; END LOOP;
        RETURN 'done';
      EXCEPTION WHEN OTHERS THEN RETURN SQLERRM;
      END $$`);
    const { records } = await run(
      `SELECT apply(ARRAY['CREATE EXTENSION ltree; CREATE TABLE tree (path ltree)', 'CREATE INDEX ON tree USING gist (path)'])`,
    );
    expect(records).toEqual([[{ stringValue: 'done' }]]);
    await expect(run("INSERT INTO tree VALUES ('Top.Child1')")).resolves.toMatchObject({ numberOfRecordsUpdated: 1 });
  });

  it('An index keeps working after the database was closed and opened, and after it was killed', async () => {
    await run("CREATE TABLE word AS SELECT 'word ' || n AS body FROM generate_series(1, 100) AS n");
    await run('CREATE INDEX ON word USING gin (body gin_trgm_ops)');
    await api.service.close();
    await api.disconnect();
    const clock = new ManualClock();
    api = await openDataApi(PGLITE, {}, { folder: api.folder, clock });
    // No CREATE EXTENSION in this process: the index alone must find its code, also when a row is added.
    await run("INSERT INTO word VALUES ('sword')");
    const kept = await run("SELECT count(*) FROM word WHERE body LIKE '%swo%'");
    expect(kept.records).toEqual([[{ longValue: 1 }]]);
    // Its time limits: the first while it waits for the session, the second when it runs.
    const limited = clock.whenStarted(45_000, 2);
    const running = run('SELECT pg_sleep(20)').catch((error: Error) => error.name);
    await limited;
    await api.service.close();
    expect(await running).toBe('DatabaseUnavailableException');
    await api.disconnect();
    api = await openDataApi(PGLITE, {}, { folder: api.folder });
    const recovered = await run("SELECT count(*) FROM word WHERE body LIKE '%swo%'");
    expect(recovered.records).toEqual([[{ longValue: 1 }]]);
    await run("INSERT INTO tree VALUES ('Top.Child2')");
  });
});

describe('an extension that PGlite does not have', () => {
  let api: DataApi;
  beforeAll(async () => {
    api = await openDataApi(PGLITE);
  });
  afterAll(() => api.close());

  const run = (sql: string, transactionId?: string) =>
    api.client.send(new ExecuteStatementCommand({ ...api.base, sql, transactionId }));

  it.each([
    ['postgis', 'CREATE EXTENSION postgis'],
    ['vector', 'CREATE EXTENSION IF NOT EXISTS vector'],
    ['pg_cron', 'CREATE EXTENSION pg_cron WITH SCHEMA pg_catalog CASCADE'],
    ['postgis', "CREATE EXTENSION postgis VERSION '3.4.2'"],
    ["o'clock", 'CREATE EXTENSION "o\'clock"'],
  ])('The error for %s names --postgres as the remedy: %s', async (name, sql) => {
    await expect(run(sql)).rejects.toMatchObject({
      name: 'DatabaseErrorException',
      message:
        `ERROR: extension "${name}" is not available; ` +
        'Detail: The built-in database of the sandbox (PGlite) does not have it.; ' +
        'Hint: Run the sandbox on a PostgreSQL server that has it: --postgres URL; SQLState: 0A000',
    });
    const { records } = await run('SELECT extname FROM pg_extension');
    expect(records).toEqual([[{ stringValue: 'plpgsql' }]]);
  });

  it('A function that catches the error finds the same hint in it', async () => {
    await run(`CREATE FUNCTION caught(OUT state text, OUT hint text) LANGUAGE plpgsql AS $$
      BEGIN EXECUTE 'CREATE EXTENSION timescaledb';
      EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, hint = PG_EXCEPTION_HINT;
      END $$`);
    const { records } = await run('SELECT state, hint FROM caught()');
    expect(records).toEqual([
      [{ stringValue: '0A000' }, { stringValue: 'Run the sandbox on a PostgreSQL server that has it: --postgres URL' }],
    ]);
  });

  it('PostgreSQL does not list it as available, neither before it was asked for nor after', async () => {
    const listed = () => run("SELECT count(*) FROM pg_available_extensions WHERE name = 'pgaudit'");
    expect((await listed()).records).toEqual([[{ longValue: 0 }]]);
    await expect(run('CREATE EXTENSION pgaudit')).rejects.toThrow(/--postgres URL/);
    expect((await listed()).records).toEqual([[{ longValue: 0 }]]);
  });

  it('An unknown version of an extension, and a library, get the error of PostgreSQL itself', async () => {
    await expect(run("CREATE EXTENSION pg_trgm VERSION '99'")).rejects.toThrow(
      /extension "pg_trgm" has no installation script nor update path for version "99"/,
    );
    const library = await run('CREATE EXTENSION auto_explain').catch((error: Error) => error.message);
    expect(library).toMatch(/extension "auto_explain" is not available/);
    expect(library).not.toMatch(/--postgres/);
  });
});
