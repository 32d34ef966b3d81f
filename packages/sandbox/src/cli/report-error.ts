import { SandboxError, type SandboxErrorCode, type SandboxErrorDetails } from '../sandbox-error';
import { type ExitCode, exitCodes } from './exit-codes';
import { terminal } from './output';

/** An error as `--json` prints it. */
interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly location?: SandboxErrorDetails['location'];
}

/** Errors of ours that are about the state of the system. All others are about what the command was given. */
const operational: readonly SandboxErrorCode[] = ['SANDBOX_LOST', 'STATE_UNREADABLE', 'STATEMENT_FAILED'];

/** What AWS calls a request that names or asks for something that does not exist. */
const wrongRequest = [
  'ValidationError',
  'ResourceNotFound',
  'ResourceNotFoundException',
  'DBClusterNotFoundFault',
  'DatabaseNotFoundException',
];

/** Prints why a command failed, and returns the exit code of the process. */
export function reportError(
  error: unknown,
  { json, verbose }: { readonly json: boolean; readonly verbose: boolean },
): ExitCode {
  const plain = toPlainError(error);
  const screen = terminal({ json });
  if (json) screen.print({ data: { error: plain }, text: '' });
  const place = plain.location ? [`  at ${plain.location.file}`] : [];
  const hint = plain.hint ? [`  hint: ${plain.hint}`] : [];
  screen.warn([`${plain.code}: ${plain.message}`, ...place, ...hint].join('\n'));
  if (verbose && error instanceof Error) screen.warn(String(error.stack));
  return exitCodeOf(error, plain);
}

function exitCodeOf(error: unknown, { code }: ErrorReport): ExitCode {
  if (error instanceof SandboxError) return operational.includes(error.code) ? exitCodes.failed : exitCodes.usage;
  return wrongRequest.includes(code) ? exitCodes.usage : exitCodes.failed;
}

function toPlainError(error: unknown): ErrorReport {
  if (error instanceof SandboxError) {
    const { code, message, hint, location } = error;
    return { code, message, hint, location };
  }
  if (!(error instanceof Error)) return { code: 'Error', message: String(error) };
  const { code: given, name, message } = error as Error & { readonly code?: unknown };
  const code = typeof given === 'string' ? given : name;
  // Node begins its messages with the code.
  const text = message.startsWith(`${code}: `) ? message.slice(code.length + 2) : message;
  return { code, message: text || code, hint: isBug(error) ? bug : undefined };
}

function isBug(error: Error): boolean {
  return error instanceof TypeError || error instanceof ReferenceError;
}

const bug = 'This is a bug in @cdk-migrations/sandbox. Please report it, with the output of --verbose.';
