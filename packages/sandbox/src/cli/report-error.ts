import { SandboxError, type SandboxErrorDetails } from '../sandbox-error';
import { type ExitCode, exitCodes } from './exit-codes';
import { terminal } from './output';

/** An error as `--json` prints it. */
interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly location?: SandboxErrorDetails['location'];
}

/** What AWS calls a request that names or asks for something that does not exist. */
const wrongRequest = ['ValidationError', 'ResourceNotFound', 'ResourceNotFoundException'];

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
  return error instanceof SandboxError || wrongRequest.includes(plain.code) ? exitCodes.usage : exitCodes.failed;
}

function toPlainError(error: unknown): ErrorReport {
  if (error instanceof SandboxError) {
    const { code, message, hint, location } = error;
    return { code, message, hint, location };
  }
  if (!(error instanceof Error)) return { code: 'Error', message: String(error) };
  const { code: given, name, message } = error as Error & { readonly code?: unknown };
  const code = typeof given === 'string' ? given : name;
  return { code, message: message || code, hint: isBug(error) ? bug : undefined };
}

function isBug(error: Error): boolean {
  return error instanceof TypeError || error instanceof ReferenceError;
}

const bug = 'This is a bug in @cdk-migrations/sandbox. Please report it, with the output of --verbose.';
