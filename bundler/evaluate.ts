import { Console } from 'node:console';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { createContext, Script } from 'node:vm';
import * as authoring from '../authoring';
import { type ErrorLocation, MigrationError } from '../core/errors/index';
import type { Compiled } from './compile';
import type { CodeFile } from './folder';

/** For the top level of a file: whatever takes longer waits for something that never happens. */
const milliseconds = 5_000;

/**
 * Runs a compiled migration file to see what it exports, in a context of its own without `process` and its environment,
 * so that a declaration is the same on every machine. Its functions are not called.
 * @returns the default export
 * @throws MigrationError `LOAD_FAILED` at the line of the file that threw; `INVALID_EXPORT` without a default export
 */
export function evaluateDefaultExport(compiled: Compiled, file: CodeFile): unknown {
  const module = { exports: {} as { readonly default?: unknown } };
  const filename = file.absolutePath;
  try {
    const script = new Script(compiled.code, { filename });
    script.runInContext(contextFor(filename, module), { timeout: milliseconds });
  } catch (error) {
    throw loadFailed(error, compiled, file);
  }
  if (module.exports.default !== undefined) return module.exports.default;
  throw new MigrationError('INVALID_EXPORT', 'The file has no default export.', {
    hint: 'Write export default dynamodb({ ... }), data({ ... }) or sql({ ... }).',
    location: file.location,
  });
}

function contextFor(filename: string, module: { readonly exports: object }): object {
  const load = createRequire(filename);
  const own: Readonly<Record<string, unknown>> = { 'cdk-migrations/authoring': authoring, ...harmless };
  return createContext({
    module,
    exports: module.exports,
    // The AWS SDK exists at run time; here it is the app's, or else the one that we depend on.
    require: (name: string) =>
      own[name.replace(/^node:/, '')] ?? load(load.resolve(name, { paths: [dirname(filename), __dirname] })),
    // Standard output belongs to the answer of bundler/main.
    console: new Console(process.stderr),
    Buffer,
    TextDecoder,
    TextEncoder,
    URL,
    URLSearchParams,
    AbortController,
    structuredClone,
    ...inertTimers,
  });
}

/** Nothing of a file runs after it was read, so its timers never fire, and keep nothing waiting for them. */
const inertTimers = {
  setTimeout: () => 0,
  clearTimeout: () => undefined,
  setInterval: () => 0,
  clearInterval: () => undefined,
  setImmediate: () => 0,
  clearImmediate: () => undefined,
};

const refuseToEnd = (name: string) => () => {
  throw new Error(`it calls process.${name}()`);
};

/** Node's modules with which a file could end this process, or keep it from ending. */
const harmless = {
  process: Object.assign(Object.create(process), {
    exit: refuseToEnd('exit'),
    abort: refuseToEnd('abort'),
    kill: refuseToEnd('kill'),
    reallyExit: refuseToEnd('reallyExit'),
  }),
  timers: inertTimers,
  'timers/promises': { setTimeout: never, setImmediate: never },
};

function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** What is thrown in there says what is wrong with a declaration. */
const builders = join(dirname(__dirname), 'authoring', sep);

function loadFailed(error: unknown, compiled: Compiled, file: CodeFile): MigrationError {
  const { message = String(error), stack = '' } = (error ?? {}) as {
    readonly message?: string;
    readonly stack?: string;
  };
  const [, thrower = ''] = stack.split(/\n\s+at /);
  return new MigrationError('LOAD_FAILED', `The file cannot be loaded: ${message.split('\nRequire stack')[0]}`, {
    hint: thrower.includes(builders)
      ? 'Correct what the file declares.'
      : 'A migration file is run when the bundle is built, to read what it declares, so it must need nothing but its imports.',
    location: originOf(stack, compiled, file),
    cause: error,
  });
}

/** The topmost frame of a stack that is in the migration file itself. */
function originOf(stack: string, compiled: Compiled, file: CodeFile): ErrorLocation {
  for (const frame of stack.split('\n')) {
    const at = frame.indexOf(`${file.absolutePath}:`);
    const place = at < 0 ? null : /^:(\d+):(\d+)/.exec(frame.slice(at + file.absolutePath.length));
    const origin = place && compiled.locate(Number(place[1]), Number(place[2]));
    if (origin?.file === file.file) return { file: file.location.file, line: origin.line, column: origin.column };
  }
  return { file: file.location.file };
}
