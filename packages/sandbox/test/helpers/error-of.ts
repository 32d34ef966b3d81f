import { SandboxError } from '../../src/sandbox-error';

/** The SandboxError that a function throws or rejects with. */
export async function errorOf(action: () => unknown): Promise<SandboxError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof SandboxError) return error;
    throw error;
  }
  throw new Error('Expected a SandboxError, but nothing was thrown.');
}
