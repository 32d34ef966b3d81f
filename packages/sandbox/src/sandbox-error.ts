/** Why a command, or a call of this package's own API, was refused. Scripts compare codes: they are never renamed. */
export type SandboxErrorCode =
  /** A command line that is not understood. */
  | 'USAGE'
  /** The CDK app ended with an error, so that there is nothing to deploy. */
  | 'SYNTH_FAILED'
  /** The CDK app asks for facts of an AWS account that were never looked up. */
  | 'CONTEXT_MISSING'
  /** A folder that is no sandbox's state. */
  | 'NO_SANDBOX'
  /** A sandbox runs on the folder, and the command needs it closed. */
  | 'SANDBOX_RUNNING'
  /** The process that served the sandbox ended while it was in use. */
  | 'SANDBOX_LOST'
  /** A file of the state folder that cannot be read. */
  | 'STATE_UNREADABLE'
  /** The PostgreSQL server of `--postgres` cannot be used. */
  | 'POSTGRES_UNUSABLE'
  /** The MySQL server of `--mysql` cannot be used, or its driver is not installed. */
  | 'MYSQL_UNUSABLE'
  /** A SQL statement that the database refused. */
  | 'STATEMENT_FAILED';

export interface SandboxErrorDetails {
  /** Facts for programs. Plain data, never secrets. */
  readonly payload?: Readonly<Record<string, unknown>>;
  /** What to do next, as a sentence. */
  readonly hint?: string;
  readonly location?: { readonly file: string };
  readonly cause?: unknown;
}

/** What the services of the sandbox refuse is an AwsError, as AWS has it. Everything else that is refused is this. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
  readonly payload: Readonly<Record<string, unknown>>;
  readonly hint?: string;
  readonly location?: SandboxErrorDetails['location'];

  constructor(
    readonly code: SandboxErrorCode,
    message: string,
    { payload = {}, hint, location, cause }: SandboxErrorDetails = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.payload = payload;
    this.hint = hint;
    this.location = location;
  }
}
