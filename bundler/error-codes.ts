export {};

/** Mistakes in a migrations folder and in its TypeScript files, and failures of the bundler itself. */
declare module '../core/errors/error-payloads' {
  interface ErrorPayloads {
    /**
     * The migrations folder does not exist, or is a file.
     * @remedy Create the folder, with one folder per target in it, or correct the path.
     */
    MISSING_FOLDER: { readonly folder: string };
    /**
     * A folder that is to be checked has no migrations. A deployment may begin without any.
     * @remedy Name the right folder, or write the first migration.
     */
    NO_MIGRATIONS: { readonly folder: string };
    /**
     * A file or folder is where only migrations may be.
     * @remedy Move it out of the migrations folder, or a migration into the folder of its target.
     */
    UNEXPECTED_FILE: NoPayload;
    /**
     * The name of a folder is not a valid target name.
     * @remedy Rename the folder to the name of its target: lower-case letters, digits and hyphens.
     */
    INVALID_TARGET_NAME: { readonly name: string };
    /**
     * The name of a file is not `<version>_<snake_name>.sql` or `.ts`.
     * @remedy Rename the file, for example to 1.0.0_create_users.sql.
     */
    INVALID_FILE_NAME: { readonly fileName: string; readonly rename?: string };
    /**
     * A file cannot be read, or is not UTF-8 text.
     * @remedy Save it as UTF-8, and check its permissions.
     */
    UNREADABLE_FILE: NoPayload;
    /**
     * No target has the name that was given.
     * @remedy Add the target to the construct, or correct the name.
     */
    UNKNOWN_TARGET: { readonly target: string; readonly known: readonly string[] };
    /**
     * A header `-- dialect:` contradicts what the target's database is, by the app, by a configuration file or by another
     * header.
     * @remedy Correct the one that is wrong.
     */
    DIALECT_MISMATCH: { readonly target: string; readonly databaseKind: string; readonly header: string };
    /**
     * The configuration file that was named does not exist.
     * @remedy Correct the path of `--config`.
     */
    MISSING_CONFIG: { readonly file: string };
    /**
     * A configuration file says something that has no meaning, or there are several.
     * @remedy Write it as the hint shows.
     */
    INVALID_CONFIG: NoPayload;
    /**
     * The target's database cannot run this kind of migration.
     * @remedy Write the migration in a kind that the message names, or move it to another target.
     */
    WRONG_KIND: { readonly target: string; readonly kind: string; readonly databaseKind: string };
    /**
     * A dependency is not written `1.0.0` or `target/1.0.0`, or is listed twice.
     * @remedy Write the version of the migration that must be applied before, once and without its name.
     */
    INVALID_DEPENDENCY: { readonly dependency: string };
    /**
     * A header or declaration contradicts the name of the file.
     * @remedy Correct the one that is wrong. A migration that was applied must keep its version.
     */
    HEADER_MISMATCH: NoPayload;
    /**
     * A migration changes nothing.
     * @remedy Write what it does, or delete the file if it was never applied.
     */
    EMPTY_MIGRATION: NoPayload;
    /**
     * A migration neither says how to undo it nor that it cannot be undone.
     * @remedy Write `down`, or declare the migration irreversible.
     */
    MISSING_DOWN: NoPayload;
    /**
     * A verify statement is empty or is not a plain SELECT.
     * @remedy Write a SELECT that returns one row, true when all is well.
     */
    VERIFY_NOT_SELECT: NoPayload;
    /**
     * A TypeScript migration does not compile.
     * @remedy Correct the file at the location given.
     */
    COMPILE_FAILED: NoPayload;
    /**
     * A TypeScript migration throws while it is loaded.
     * @remedy Let the top level of the file only declare things, and need nothing but its imports.
     */
    LOAD_FAILED: NoPayload;
    /**
     * The default export of a TypeScript migration is not a valid migration.
     * @remedy Write `export default` with one of `dynamodb({ ... })`, `data({ ... })` and `sql({ ... })`.
     */
    INVALID_EXPORT: NoPayload;
    /**
     * A data migration names a seed file that is not in the migrations folder.
     * @remedy Put it into the folder of a target, beside the migration, and write its path from there.
     */
    MISSING_SEED: { readonly file: string; readonly known: readonly string[] };
    /**
     * A seed file cannot be read as what it is: CSV with a line that names the columns, or a JSON object in each line.
     * @remedy Correct the line that the message names.
     */
    INVALID_SEED: NoPayload;
    /**
     * A warning: a function of a data migration uses the time, chance, the environment or the network. Its result must
     * depend on nothing but the item, because an item may be met several times.
     * @remedy Compute the value from the item, or write it down as a constant.
     */
    IMPURE_TRANSFORM: { readonly function: string; readonly uses: string };
    /**
     * All migrations of a folder together are more than the engine can load.
     * @remedy Load large data from S3 or with a job of its own, rather than from migration files.
     */
    BUNDLE_TOO_LARGE: { readonly bytes: number };
    /**
     * The bundler's own process could not run or did not answer.
     * @remedy Read what the process printed; reinstall the package if files of it are missing.
     */
    BUNDLER_FAILED: NoPayload;
  }
}
