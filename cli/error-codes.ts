export {};

/** What commands refuse. `cfn-sandbox` uses the same codes where it refuses the same. */
declare module '../core/errors/error-payloads' {
  interface ErrorPayloads {
    /**
     * There is no data migration that could be paused, resumed, cancelled or slowed.
     * @remedy See with `migrations status` what the scope is doing.
     */
    NOTHING_UNDER_WAY: { readonly scope: string };
    /**
     * No data migration was started ahead that could be taken back, or several were.
     * @remedy Name one with `--target-version`; `migrations backfill status` shows them.
     */
    NOTHING_AHEAD: { readonly named?: string; readonly known: readonly string[] };
    /**
     * A data migration has begun, so the number of its segments stays as it is: what its workers have done is recorded by segment.
     * @remedy Leave it, or change its rate with `--rate`. The next deployment of another migration can have another number.
     */
    SEGMENTS_FIXED: { readonly migration: string; readonly segments: number };
    /**
     * A data migration is applied, so nothing can be asked of its work any more.
     * @remedy Name a migration that is pending; `migrations status` lists them.
     */
    ALREADY_APPLIED: { readonly migration: string };
    /**
     * No data migration of the folder is meant, or several may be.
     * @remedy Name one with `--target-version`, and the folder with `--migrations`.
     */
    DATA_MIGRATION_UNKNOWN: { readonly named?: string; readonly known: readonly string[] };
    /**
     * A deployment changes the schema at the moment, or none has applied a migration, so that there is nothing to compare with.
     * @remedy Compare when `migrations status` says `idle` or `awaiting-commit`.
     */
    SCHEMA_CHANGING: { readonly scope: string };
    /**
     * `migrations drift --sql` needs a package that the project has not installed.
     * @remedy Install it in the exact version that the message names: it is an alpha, and changes.
     */
    PLANNER_NOT_INSTALLED: { readonly package: string };
    /**
     * The CLI does not understand the command line.
     * @remedy See `--help` of the command.
     */
    USAGE: NoPayload;
    /**
     * The CDK app ended with an error, so there is nothing to deploy.
     * @remedy Correct the error that the app printed.
     */
    SYNTH_FAILED: {
      readonly command?: string;
      readonly status?: number | null;
      /** Those that the app reported. */
      readonly errors?: readonly string[];
      readonly app?: string;
    };
    /**
     * The CDK app needs context from an AWS account that was never looked up.
     * @remedy Run `cdk synth` once with credentials, and commit cdk.context.json.
     */
    CONTEXT_MISSING: { readonly missing: readonly string[] };
    /**
     * The command needs the local AWS, which is a package of its own and is not installed.
     * @remedy Run `npm install --save-dev @cdk-migrations/sandbox`.
     */
    SANDBOX_NOT_INSTALLED: { readonly package: string };
    /**
     * A folder holds no sandbox.
     * @remedy Correct the path, or create a sandbox there by deploying to it.
     */
    NO_SANDBOX: { readonly folder: string };
    /**
     * A sandbox is running on the folder, and the command needs it closed.
     * @remedy Stop the process that runs it.
     */
    SANDBOX_RUNNING: { readonly folder: string; readonly pid: number };
    /**
     * The process that served the sandbox ended while a command was using it.
     * @remedy Repeat the command. The sandbox settles what was interrupted when it starts again.
     */
    SANDBOX_LOST: { readonly folder: string; readonly pid: number };
    /**
     * A file in the state folder of a sandbox is not what the sandbox wrote.
     * @remedy Restore the file that the message names, or delete the sandbox with `migrations sandbox reset`.
     */
    STATE_UNREADABLE: { readonly folder: string };
    /**
     * The PostgreSQL server that a sandbox was told to use does not answer, or refuses the role. Nothing was changed.
     * @remedy Correct the URL after `--postgres`, or start the server.
     */
    POSTGRES_UNUSABLE: { readonly server: string };
    /**
     * The MySQL server that a sandbox was told to use does not answer, or refuses the user; or its driver, the package `mysql2`,
     * is not installed. Nothing was changed.
     * @remedy Correct the URL after `--mysql`, start the server, or `npm install --save-dev mysql2`.
     */
    MYSQL_UNUSABLE: { readonly server?: string };
    /**
     * No stack has a ledger of migrations, or none has the scope that was named.
     * @remedy Name a deployed stack that has a DatabaseMigrations construct.
     */
    SCOPE_NOT_FOUND: { readonly stack?: string; readonly scope?: string; readonly known?: readonly string[] };
    /**
     * The command is about one scope or database, and several match.
     * @remedy Choose one with `--scope`, or name the database as CLUSTER/DATABASE.
     */
    SCOPE_AMBIGUOUS: {
      readonly scopes?: readonly string[];
      readonly target?: string;
      readonly databases?: readonly string[];
    };
    /**
     * Another process is working on the scope.
     * @remedy Wait until it ends. `migrations unlock` shows more about it.
     */
    LEASE_HELD: {
      readonly scope: string;
      readonly holder: unknown;
      readonly since: string;
      readonly token?: number;
      readonly expiresAt?: string;
    };
    /**
     * No scope claims what was named.
     * @remedy Run `migrations unlock --claim`, which lists all claims.
     */
    CLAIM_NOT_FOUND: { readonly name: string; readonly known: readonly string[] };
    /**
     * The stack that claims a database exists, so its claim is not released.
     * @remedy Remove the construct from that stack, or add `--force` if it is gone from it.
     */
    CLAIM_HELD: { readonly name: string; readonly scope: string; readonly stackId: string };
  }
}
