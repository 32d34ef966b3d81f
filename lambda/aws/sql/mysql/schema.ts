import { hasCode, MigrationError } from '../../../../core/errors/index';
import type { SchemaDatabase, SchemaDefaults, SchemaObject, SchemaSnapshot, Scratch } from '../../../../core/ports';
import { readObjects } from '../catalogue-rows';
import type { DataApi } from '../data-api';
import { reachesBeyond } from './beyond';
import { catalogueQuery } from './catalogue';

/** The schema of a MySQL database, and scratch databases in its cluster. */
export class MysqlSchema implements SchemaDatabase {
  /** @param open the target that a database is */
  constructor(
    private readonly api: DataApi,
    private readonly open: (api: DataApi) => Scratch['target'],
  ) {}

  async snapshot(): Promise<SchemaSnapshot> {
    const { rows } = await this.api.execute('SELECT VERSION() AS version');
    const query = catalogueQuery(/MariaDB/i.test(String(rows[0]?.version)));
    return { objects: withoutNumbers(await readObjects((page) => this.api.execute(query, { page }))) };
  }

  reachesBeyond(statement: string): string | undefined {
    return reachesBeyond(statement, this.api.databaseName);
  }

  async defaults(): Promise<SchemaDefaults> {
    const { rows } = await this.api.execute(
      `SELECT default_character_set_name AS charset, default_collation_name AS collation
         FROM information_schema.schemata WHERE schema_name = DATABASE()`,
    );
    return { charset: String(rows[0]?.charset), collation: String(rows[0]?.collation) };
  }

  async scratch(name: string, defaults?: SchemaDefaults): Promise<Scratch> {
    const api = this.api.of(name);
    const { charset, collation } = defaults ?? (await this.defaults());
    try {
      await this.api.execute(`CREATE DATABASE IF NOT EXISTS ${name}`);
      await api.execute(`ALTER DATABASE CHARACTER SET ${charset} COLLATE ${collation}`);
    } catch (error) {
      throw unavailable(error, name);
    }
    return {
      target: this.open(api),
      drop: async () => {
        await this.api.execute(`DROP DATABASE IF EXISTS ${name}`);
      },
    };
  }
}

function unavailable(error: unknown, name: string): unknown {
  if (!hasCode(error, 'STATEMENT_FAILED')) return error;
  return new MigrationError('SCRATCH_UNAVAILABLE', `The server makes no scratch database: ${error.message}`, {
    payload: { errorNumber: error.payload.errorNumber },
    hint: `Give the user of the secret the rights of a database ${name}, or compare with --scratch and the URL of another server of the same version.`,
    cause: error,
  });
}

/** The end of a name of a constraint that MySQL (`users_chk_1`, `users_ibfk_1`) or MariaDB (`CONSTRAINT_1`) invented. */
const invented = /^(.*(?:_chk|_ibfk|\.CONSTRAINT))_\d+$/;

/** The order of creation tells which of them has which number. So they are told apart by their definitions. */
function withoutNumbers(objects: readonly SchemaObject[]): readonly SchemaObject[] {
  const names = new Set(objects.map(({ kind, name }) => `${kind} ${name}`));
  const all = objects.map((object): SchemaObject => {
    const { kind, name, definition } = object;
    const stem = invented.exec(name)?.[1];
    if (kind === 'constraint' && stem !== undefined) return { kind, name: `${stem} ${definition}`, definition };
    // An index is called after its first column, and a second one has a number.
    const [, first = name] = /^(.*)_\d+$/.exec(name) ?? [];
    const isNumbered =
      kind === 'index' && (first !== name ? names.has(`index ${first}`) : names.has(`index ${name}_2`));
    return isNumbered ? { kind, name: `${first} ${definition}`, definition } : object;
  });
  const key = ({ kind, name, definition }: SchemaObject) => `${kind}\n${name}\n${definition}`;
  return [...all].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
