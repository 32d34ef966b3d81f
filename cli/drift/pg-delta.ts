import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MigrationError } from '../../core/errors/index';
import type { SchemaDatabase, SchemaPlanner, SqlConnection } from '../../core/ports';

const name = '@supabase/pg-delta';
/** An alpha, whose interface changes: another version is not tried. */
const version = '1.0.0-alpha.34';

/** What is used of the package. Not its own types: they are modules of its sources, and only its test installs it. */
interface PgDelta {
  extract(pool: { connect(): Promise<Client> }): Promise<{ readonly factBase: unknown }>;
  plan(from: unknown, to: unknown, options: { readonly policy: unknown }): { readonly actions: readonly Action[] };
}

interface Action {
  readonly sql: string;
  readonly verb: 'create' | 'alter' | 'drop';
  readonly dataLoss: 'none' | 'destructive';
}

/** As much of a client of `pg` as it uses. */
interface Client {
  query(text: string): Promise<{ readonly rows: readonly unknown[] }>;
  release(): void;
}

/** What the protocol keeps is the same everywhere, whatever version made it. */
const policy = {
  id: 'cdk-migrations',
  filter: [
    {
      match: { any: [{ schema: 'cdk_migrations' }, { all: [{ kind: 'schema' }, { name: 'cdk_migrations' }] }] },
      action: 'exclude',
    },
  ],
};

/** Statements planned by `@supabase/pg-delta`, when the project in the current folder has it. @throws PLANNER_NOT_INSTALLED */
export async function loadPlanner(): Promise<SchemaPlanner> {
  const { extract, plan } = await load();
  const factsOf = async (schema: SchemaDatabase) => {
    const { factBase } = await schema.read!((connection) => extract({ connect: async () => clientOn(connection) }));
    return factBase;
  };
  return async (from, to) => {
    const { actions } = plan(await factsOf(from), await factsOf(to), { policy });
    return actions.map(({ sql, verb, dataLoss }) => {
      return { sql, isDestructive: verb === 'drop' || dataLoss === 'destructive' };
    });
  };
}

async function load(): Promise<PgDelta> {
  const places = [join(process.cwd(), 'package.json'), __filename].map((file) => createRequire(file));
  for (const place of places) {
    try {
      const files = ['extract', 'plan'].map((part) => place.resolve(`${name}/${part}`));
      // The package does not export its own package.json.
      const found = JSON.parse(readFileSync(join(dirname(files[0]!), '../../package.json'), 'utf8')) as {
        version: string;
      };
      if (found.version !== version) throw notInstalled(`This project has ${found.version} of it.`);
      // It is an ES module, which only import() loads in every version of Node that is supported.
      const [extract, plan] = await Promise.all(
        files.map((file) => import(pathToFileURL(file).href) as Promise<PgDelta>),
      );
      return { extract: extract!.extract, plan: plan!.plan };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw notInstalled('It is not installed.');
}

function notInstalled(found: string): MigrationError {
  return new MigrationError('PLANNER_NOT_INSTALLED', `Statements are planned by ${name} ${version}. ${found}`, {
    payload: { package: name },
    hint: `npm install --save-dev --save-exact ${name}@${version}`,
  });
}

/**
 * The Data API in the place of a client of `pg`. The Data API refuses some types that a catalogue has (aws-facts RDS-8), and a large
 * answer (aws-facts RDS-7): so every row comes as JSON, and rows come page by page.
 */
function clientOn(connection: SqlConnection): Client {
  return {
    release: () => undefined,
    async query(text) {
      // It is in a transaction of its own already.
      if (/^\s*(BEGIN|COMMIT|ROLLBACK)\b/i.test(text)) return { rows: [] };
      return /^\s*(SELECT|WITH)\b/i.test(text) ? { rows: await rowsOf(connection, text) } : connection.execute(text);
    },
  };
}

/** Bytes in one answer, which has at most 1 MiB (aws-facts RDS-7). */
const pageBytes = 400_000;

async function rowsOf(connection: SqlConnection, query: string): Promise<readonly unknown[]> {
  const paged = `
    WITH found AS (SELECT row_number() OVER () AS number, row_to_json(q)::text AS line FROM (${query.replace(/;\s*$/, '')}) q),
    sized AS (SELECT number, line, (sum(octet_length(line)) OVER (ORDER BY number) - 1) / ${pageBytes} AS page FROM found)
    SELECT line, (SELECT max(page) + 1 FROM sized)::integer AS pages FROM sized
    WHERE page = CAST(:page AS integer) ORDER BY number`;
  const lines: string[] = [];
  for (let [page, pages] = [0, 1]; page < pages; page += 1) {
    const { rows } = await connection.execute(paged, { page });
    lines.push(...rows.map(({ line }) => String(line)));
    pages = Number(rows[0]?.pages ?? 0);
  }
  return lines.map((line) => JSON.parse(withExactNumbers(line)));
}

/** Numbers that JavaScript cannot hold are texts, as `pg` has them. A text is left as it is. */
function withExactNumbers(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\b\d{16,}\b/g, (found) => (found.startsWith('"') ? found : `"${found}"`));
}
