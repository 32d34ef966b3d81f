import { AwsError } from '../aws-error';
import { SandboxError } from '../sandbox-error';
import type { ControlError } from './protocol';

/** An error as it travels to another process. */
export function describeError(error: unknown): ControlError {
  if (error instanceof AwsError) return { name: error.code, message: error.message, statusCode: error.statusCode };
  if (error instanceof SandboxError) {
    const { name, message, code, payload, hint, location } = error;
    return { name, message, refusal: { code, payload, hint, location } };
  }
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, code } = error as NodeJS.ErrnoException;
  return { name, message, code };
}

/** The same error on the other side. */
export function reviveError({ name, message, statusCode, code, refusal }: ControlError): Error {
  if (refusal) return new SandboxError(refusal.code, message, refusal);
  if (statusCode !== undefined) return new AwsError(name, message, statusCode);
  const error: NodeJS.ErrnoException = new Error(message);
  error.name = name;
  if (code !== undefined) error.code = code;
  return error;
}
