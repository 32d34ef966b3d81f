import { createRequire } from 'node:module';
import { type Context, createContext, Script } from 'node:vm';
import type { BundledMigration } from '../../core/bundle/bundle';
import { locationOf } from '../../core/bundle/code-lines';
import { TookTooLong } from '../../core/data/each-item';
import { MigrationError } from '../../core/errors/index';
import type { MigrationModule } from '../../core/ports';

/**
 * Runs the compiled module of a migration and returns its functions. Its digest was checked with the bundle's. The
 * file's own name appears in stack traces, so that an error can be traced to a line.
 * @throws CODE_FAILED when the module throws while it loads
 */
export function evaluate({ file, code, codeLines = [] }: BundledMigration): MigrationModule {
  const module: { exports: { default?: Partial<MigrationModule> } } = { exports: {} };
  const script = `(function (module, exports, require) {${code}\n})`;
  try {
    const run = new Script(script, { filename: file }).runInThisContext() as Wrapper;
    run(module, module.exports, createRequire(`${process.cwd()}/`));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new MigrationError('CODE_FAILED', `The module threw while it was loaded: ${message}`, {
      location: locationOf(error, file, codeLines),
      cause: error,
    });
  }
  const { up, down, contract, transform, undo, validate, combine } = module.exports.default ?? {};
  return { up, down, contract, transform, undo, validate, combine, within, codeLines };
}

/** Milliseconds: far more than a function takes for an item, and less than a segment is held for. */
const longest = 5_000;

const within = endingAfter(longest);

/**
 * Ends work that takes longer: the VM does it, and no code can keep it from that.
 * @internal
 */
export function endingAfter(milliseconds: number): (work: () => void) => void {
  const call = new Script('work()');
  let context: Context | undefined;
  return (work) => {
    context ??= createContext({});
    context['work'] = work;
    try {
      call.runInContext(context, { timeout: milliseconds });
    } catch (error) {
      throw hasTimedOut(error) ? new TookTooLong() : error;
    }
  };
}

/** It may be an error of another context, and so no `Error` of this one. */
function hasTimedOut(error: unknown): boolean {
  const isObject = typeof error === 'object' && error !== null && 'code' in error;
  return isObject && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}

type Wrapper = (module: object, exports: object, require: NodeJS.Require) => void;
