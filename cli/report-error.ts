import { existsSync, readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { type ErrorCode, type ErrorLocation, flattenErrors, MigrationError, renderError } from '../core/errors/index';
import { type ExitCode, exitCodes } from './exit-codes';
import { terminal } from './output';

/** An error as `--json` prints it. */
interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly location?: ErrorLocation;
  /** The single errors, if this one reports several. */
  readonly errors?: readonly ErrorReport[];
}

/** Errors of ours that are about the state of the system. All others are about what the command was given. */
const operational: readonly ErrorCode[] = [
  'LEASE_HELD',
  'CLAIM_HELD',
  'LEASE_LOST',
  'LEASE_DAMAGED',
  'STATE_CHANGED',
  'BUNDLE_MISSING',
  'BUNDLE_DIGEST_MISMATCH',
  'BUNDLER_FAILED',
  'ACCESS_DENIED',
  'SANDBOX_NOT_INSTALLED',
  'SANDBOX_LOST',
  'STATE_UNREADABLE',
  'STATEMENT_FAILED',
];

/** What AWS and the sandbox call a request that names or asks for something that does not exist. */
const wrongRequest = [
  'ValidationError',
  'ResourceNotFound',
  'ResourceNotFoundException',
  'DBClusterNotFoundFault',
  'DatabaseNotFoundException',
];

/** Prints why a command failed, and returns the exit code of the process. Nothing else does either. */
export function reportError(
  error: unknown,
  { json, verbose }: { readonly json: boolean; readonly verbose: boolean },
): ExitCode {
  const known = error instanceof CommanderError ? usageError(error) : error;
  const plain = toPlainError(known);
  const screen = terminal({ json });
  if (json) screen.print({ data: { error: plain }, text: '' });
  screen.warn(render(known, plain));
  if (verbose && known instanceof Error) screen.warn(String(known.stack));
  return exitCodeOf(known, plain);
}

function render(error: unknown, plain: ErrorReport): string {
  if (error instanceof MigrationError) return renderError(error, sourceOf);
  return [`${plain.code}: ${plain.message}`, ...(plain.hint ? [`  hint: ${plain.hint}`] : [])].join('\n');
}

function exitCodeOf(error: unknown, { code }: ErrorReport): ExitCode {
  if (error instanceof MigrationError) return operational.includes(error.code) ? exitCodes.failed : exitCodes.usage;
  return wrongRequest.includes(code) ? exitCodes.usage : exitCodes.failed;
}

function toPlainError(error: unknown): ErrorReport {
  if (error instanceof MigrationError) {
    const { code, message, hint, location } = error;
    const errors = error.errors.length > 0 ? flattenErrors(error).map(toPlainError) : undefined;
    return { code, message, hint, location, errors };
  }
  if (!(error instanceof Error)) return { code: 'Error', message: String(error) };
  const code = codeOf(error);
  const hint = hints[code] ?? (error.message === 'Region is missing' ? noAws : undefined);
  // Node begins its messages with the code.
  const message = error.message.startsWith(`${code}: `) ? error.message.slice(code.length + 2) : error.message;
  return { code, message: message || code, hint };
}

/** AWS errors have their code as `code` (the sandbox) or as `name` (the SDK); Node's have a `code`. */
function codeOf(error: Error & { readonly code?: unknown }): string {
  return typeof error.code === 'string' ? error.code : error.name;
}

const noAws = 'Check the AWS credentials, region and network of this shell, or name a sandbox with --state DIR.';

const bug = 'This is a bug in cdk-migrations. Please report it, with the output of --verbose.';

const hints: Readonly<Record<string, string>> = {
  TypeError: bug,
  ReferenceError: bug,
  CredentialsProviderError: noAws,
  ECONNREFUSED: noAws,
  ENOTFOUND: noAws,
  UnrecognizedClientException: noAws,
  ExpiredTokenException: noAws,
};

/** Commander writes `error: unknown option '--jsn'\n(Did you mean --json?)`. */
function usageError({ message }: CommanderError): MigrationError {
  const [what = '', suggestion] = message.replace(/^error: /, '').split('\n');
  const hint = [suggestion?.replace(/^\(|\)$/g, ''), 'See --help of the command.'].filter(Boolean).join(' ');
  return new MigrationError('USAGE', `${what.charAt(0).toUpperCase()}${what.slice(1).replace(/\.?$/, '.')}`, { hint });
}

/** The text of a file that an error or a warning names. */
export function sourceOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
