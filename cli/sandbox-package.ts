import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as SandboxPackage from '@cdk-migrations/sandbox';
import { type ErrorCode, errorFromData, MigrationError } from '../core/errors/index';

const name = '@cdk-migrations/sandbox';

/**
 * Works with the sandbox, a package of its own that need not be installed. Its errors become ours, with the same codes.
 */
export async function useSandbox<T>(work: (sandbox: typeof SandboxPackage) => Promise<T>): Promise<T> {
  const sandbox = loadSandbox();
  try {
    return await work(sandbox);
  } catch (error) {
    throw error instanceof sandbox.SandboxError ? ourError(error) : error;
  }
}

/** The one of the project in the current folder takes precedence: this program may be installed globally, or run by npx. */
function loadSandbox(): typeof SandboxPackage {
  const places = [join(process.cwd(), 'package.json'), __filename].map((file) => createRequire(file));
  const place = places.find((requireThere) => isInstalled(requireThere));
  if (place) return place(name) as typeof SandboxPackage;
  throw new MigrationError(
    'SANDBOX_NOT_INSTALLED',
    `The local AWS is a package of its own, ${name}, which is not installed.`,
    {
      payload: { package: name },
      hint: `npm install --save-dev ${name}`,
    },
  );
}

function isInstalled(requireThere: NodeJS.Require): boolean {
  try {
    requireThere.resolve(name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return false;
    throw error;
  }
}

function ourError(error: SandboxPackage.SandboxError): MigrationError {
  const { message, hint, payload, location } = error;
  // Each code of theirs is one of ours.
  const code: ErrorCode = error.code;
  return errorFromData(code, message, { hint, payload, location, cause: error });
}
