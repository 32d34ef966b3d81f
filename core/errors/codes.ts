/**
 * Every code that a {@link MigrationError} can carry, declared in one place so that no two rooms use one word for
 * two things. Codes are public: people search for them and scripts compare them, so they are added and never renamed.
 * Add yours under the heading of your room, with one sentence that says when it happens.
 */
export type ErrorCode =
  | FolderCode
  | GraphCode
  | SqlFileCode
  | TypeScriptFileCode
  | SafetyCode
  | BundleCode
  | EngineCode
  | StepCode
  | CommandCode;

type FolderCode =
  /** The migrations folder is not there, or is no folder. */
  | 'MISSING_FOLDER'
  /** A file or folder lies where only migrations may lie. */
  | 'UNEXPECTED_FILE'
  /** A folder name that is no target name. */
  | 'INVALID_TARGET_NAME'
  /** A file name that is not `<version>_<snake_name>.sql|.ts`. */
  | 'INVALID_FILE_NAME'
  /** A text that is not a semantic version. */
  | 'INVALID_VERSION'
  /** A file that cannot be read, or is not UTF-8. */
  | 'UNREADABLE_FILE'
  /** A folder for which the app declares no target. */
  | 'UNKNOWN_TARGET'
  /** A migration that its target's engine cannot run. */
  | 'WRONG_KIND';

type GraphCode =
  /** Two files of one target have the same version. */
  | 'DUPLICATE_VERSION'
  /** A dependency that no file provides. */
  | 'UNKNOWN_DEPENDENCY'
  /** A dependency that is not written `1.0.0` or `target/1.0.0`, or is listed twice. */
  | 'INVALID_DEPENDENCY'
  /** Migrations that wait for each other. */
  | 'DEPENDENCY_CYCLE';

type SqlFileCode =
  /** A header or declaration that says something else than the file's name. */
  | 'HEADER_MISMATCH'
  /** A header line that we do not know. */
  | 'UNKNOWN_HEADER'
  /** A header whose value has the wrong form, or that contradicts the rest of the file. */
  | 'INVALID_HEADER'
  /** A header below the first section. */
  | 'MISPLACED_HEADER'
  /** SQL above the first section. */
  | 'SQL_BEFORE_SECTION'
  /** A `-- migrate:` line that names no section we know. */
  | 'UNKNOWN_SECTION'
  /** A section that a file has twice. */
  | 'DUPLICATE_SECTION'
  /** A file without any section. */
  | 'MISSING_SECTION'
  /** A section option that we do not know, or with a value that we do not know. */
  | 'UNKNOWN_OPTION'
  /** A migration that changes nothing. */
  | 'EMPTY_MIGRATION'
  /** A migration that neither says how to undo it nor that it cannot be undone. */
  | 'MISSING_DOWN'
  /** Text that PostgreSQL's grammar refuses. */
  | 'SQL_SYNTAX'
  /** BEGIN, COMMIT, ROLLBACK and the like in a section: transactions belong to the engine. */
  | 'TRANSACTION_CONTROL'
  /** A statement that PostgreSQL runs only outside a transaction, in a section that is one. */
  | 'NOT_TRANSACTIONAL'
  /** `:name` outside a string: the RDS Data API would take it for a parameter. */
  | 'NAMED_PARAMETER'
  /** A verify statement that is not a plain SELECT. */
  | 'VERIFY_NOT_SELECT'
  /** A statement longer than the RDS Data API accepts. */
  | 'STATEMENT_TOO_LONG';

type TypeScriptFileCode =
  /** A TypeScript migration that does not compile. */
  | 'COMPILE_FAILED'
  /** A TypeScript migration that throws while it is loaded. */
  | 'LOAD_FAILED'
  /** A TypeScript migration whose default export is not `dynamodb(...)` or `sql(...)`. */
  | 'INVALID_EXPORT';

type SafetyCode =
  /** A statement or operation that loses something before commit (guarantee G2). */
  'DESTRUCTIVE_CHANGE';

type BundleCode =
  /** What is wrong in a migrations folder, all of it: see {@link MigrationError.errors}. */
  | 'INVALID_MIGRATIONS'
  /** The bytes of a bundle are not those that its digest promises. */
  | 'BUNDLE_DIGEST_MISMATCH'
  /** A bundle in a layout that this version does not know. */
  | 'UNKNOWN_BUNDLE_FORMAT'
  /** The bundler's own process could not run or answer. */
  | 'BUNDLER_FAILED';

type EngineCode =
  /** An applied migration's file changed afterwards (guarantee G5). */
  | 'CHECKSUM_MISMATCH'
  /** The deployed bundle lacks migrations that are applied. */
  | 'OLDER_REVISION'
  /** The deployed bundle lacks applied migrations and brings new ones. */
  | 'DIVERGED_REVISION'
  /** A downgrade over a migration that has no way back. */
  | 'CANNOT_DOWNGRADE'
  /** Another scope migrates this database (guarantee G4). */
  | 'TARGET_CLAIMED'
  /** The database does not know of a migration that the ledger says was applied to it. */
  | 'HISTORY_MISSING'
  /** CloudFormation no longer waits for this request. */
  | 'SUPERSEDED'
  /** The time for forward work is over. */
  | 'FORWARD_TIMEOUT'
  /** CloudFormation's rollback left this resource out. */
  | 'ROLLBACK_SKIPPED'
  /** Another process has the lease now, or asked us to stop (guarantee G4). */
  | 'LEASE_LOST'
  /** Somebody else changed the ledger since it was read. */
  | 'STATE_CHANGED'
  /** The transaction of a process that died still holds its locks. Passes by itself. */
  | 'DATABASE_BUSY'
  /** A migration that cannot be undone would have to be. */
  | 'IRREVERSIBLE'
  /** No bundle lies where the deployment says. */
  | 'BUNDLE_MISSING';

type StepCode =
  /** A SQL statement that the database refused. */
  | 'STATEMENT_FAILED'
  /** A SQL statement that the RDS Data API gave up waiting for. */
  | 'STATEMENT_TIMEOUT'
  /** A verify statement that did not return one row with true. */
  | 'VERIFY_FAILED'
  /** A function of a TypeScript migration that threw. */
  | 'CODE_FAILED'
  /** A function that the compiled module does not have. */
  | 'CODE_MISSING'
  /** A statement outside a transaction of which nobody knows whether it took effect. */
  | 'OUTCOME_UNKNOWN'
  /** A step for another kind of database. */
  | 'WRONG_DATABASE_KIND'
  /** The database, its cluster or its secret does not exist any more. */
  | 'TARGET_GONE'
  | 'TABLE_EXISTS'
  | 'TABLE_MISSING'
  | 'INDEX_EXISTS'
  | 'INDEX_MISSING'
  /** A logical table name that the target does not map to a physical one. */
  | 'UNKNOWN_TABLE'
  /** DynamoDB refused an operation. */
  | 'TABLE_OPERATION_FAILED'
  /** The engine may not do what it must: permissions are missing, also after waiting for them to propagate. */
  | 'ACCESS_DENIED';

type CommandCode =
  /** A command line that the CLI does not understand. */
  | 'USAGE'
  /** The CDK app ended with an error, so that there is nothing to deploy. */
  | 'SYNTH_FAILED'
  /** The CDK app asks for facts of an AWS account that nobody looked up. */
  | 'CONTEXT_MISSING'
  /** The local AWS is a package of its own, and the command needs it. */
  | 'SANDBOX_NOT_INSTALLED'
  /** A folder that is no sandbox's state. */
  | 'NO_SANDBOX'
  /** A sandbox runs on the folder, and the command needs it at rest. */
  | 'SANDBOX_RUNNING'
  /** No stack says where a ledger is. */
  | 'SCOPE_NOT_FOUND'
  /** Several scopes, and the command is about one. */
  | 'SCOPE_AMBIGUOUS'
  /** Somebody works on the scope right now. */
  | 'LEASE_HELD';
