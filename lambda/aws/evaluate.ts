import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import type { BundledMigration } from '../../core/bundle/bundle';
import { locationOf } from '../../core/bundle/code-lines';
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
  return { up, down, contract, transform, undo, validate, combine, codeLines };
}

type Wrapper = (module: object, exports: object, require: NodeJS.Require) => void;
