import type { Release } from '../../test/support/lifecycle-app';

export interface SmallMigration {
  readonly file: string;
  readonly up: string;
  readonly down: string;
}

/** Migrations that make one small table each. */
export function smallMigrations(count: number): readonly SmallMigration[] {
  return Array.from({ length: count }, (_, index) => ({
    file: `users/1.${index}.0_table_${index}.sql`,
    up: `CREATE TABLE bench_${index} (id integer PRIMARY KEY, name text NOT NULL);`,
    down: `DROP TABLE bench_${index};`,
  }));
}

/** The files of a release with these migrations. */
export function releaseOf(migrations: readonly SmallMigration[]): Release {
  return Object.fromEntries(
    migrations.map(({ file, up, down }) => [file, `-- migrate:up\n${up}\n-- migrate:down\n${down}\n`]),
  );
}

/** Counts the tables that the migrations made. */
export const countTables =
  "SELECT count(*)::integer AS tables FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'bench%'";
