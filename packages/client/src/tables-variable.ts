/**
 * The environment variable by which `DatabaseMigrations.connect` tells a function the tables of its targets: JSON
 * `{ "<target>": { "<logical table>": "<physical name>", ... } }`.
 */
export const tablesVariable = 'MIGRATIONS_TABLES';
