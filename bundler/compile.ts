import { SourceMap } from 'node:module';
import type { BuildOptions, Message, Plugin } from 'esbuild';
import type { CodeLines } from '../core/bundle/bundle';
import { type ErrorLocation, MigrationError } from '../core/errors/index';
import type { CodeFile } from './folder';

export interface Compiled {
  /** One CommonJS text. */
  readonly code: string;
  /** The place in a source file that a 1-based place in `code` comes from. */
  locate(line: number, column: number): Origin | undefined;
}

interface Origin {
  /** Relative to the migrations folder. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const authoringModule = 'cdk-migrations/authoring';

/**
 * What run time needs of authoring: everything was checked before. A constant, so that the compiled code does not depend
 * on how this package is installed; a test compares it with the real builders.
 * @internal
 */
export const runtimeAuthoring = `
export const sql = (props) => ({ ...props, kind: 'sql' });
export const data = (props) => ({ ...props, kind: 'data' });
export const dynamodb = (props) => ({ ...props, kind: 'dynamodb' });
export const createTable = (props) => ({ kind: 'createTable', ...props });
export const deleteTable = (table, options) => ({ kind: 'deleteTable', table, ...options });
export const addGlobalIndex = ({ table, waitForBuild, ...index }) =>
  ({ kind: 'addGlobalIndex', table, index, ...(waitForBuild !== undefined && { waitForBuild }) });
const operation = (kind) => (props) => ({ kind, ...props });
export const removeGlobalIndex = operation('removeGlobalIndex');
export const setBillingMode = operation('setBillingMode');
export const setCapacity = operation('setCapacity');
export const setAutoScaling = operation('setAutoScaling');
export const setStream = operation('setStream');
export const setTimeToLive = operation('setTimeToLive');
export const setPointInTimeRecovery = operation('setPointInTimeRecovery');
export const setTableClass = operation('setTableClass');
export const setDeletionProtection = operation('setDeletionProtection');
export const tag = operation('tag');
export const untag = operation('untag');
export const rebuildTable = operation('rebuildTable');
`;

/** Compiles for evaluation in this process: readable, and `cdk-migrations/authoring` remains a `require`. */
export function compileToEvaluate(file: CodeFile): Promise<Compiled> {
  return compile(file, { plugins: [authoring({ external: true })] });
}

/**
 * Compiles for the bundle, with everything included but `@aws-sdk/*` and node's own modules. Nothing in the text may
 * depend on where files are. esbuild names files in comments, which are blanked here, and in identifiers, which are
 * therefore minified.
 */
export async function compileToBundle(file: CodeFile): Promise<Compiled> {
  const inlined = authoring({ path: authoringModule, namespace: 'authoring' });
  const { code, locate, inputs } = await compile(file, { minifyIdentifiers: true, plugins: [inlined] });
  const comments = new Set(inputs.map((path) => `// ${path}`));
  const lines = code.split('\n').map((line) => (comments.has(line.trim()) ? '' : line));
  return { code: lines.join('\n'), locate };
}

/** From which lines of the file the lines of its compiled code come. */
export function codeLinesOf({ code, locate }: Compiled, file: CodeFile): CodeLines {
  const pairs: [number, number][] = [];
  code.split('\n').forEach((text, index) => {
    const origin = locate(index + 1, text.length);
    const source = origin?.file === file.file ? origin.line : 0;
    if (source !== (pairs.at(-1)?.[1] ?? 0)) pairs.push([index + 1, source]);
  });
  return pairs;
}

/** @throws MigrationError `COMPILE_FAILED`, reporting every message of the compiler */
async function compile(
  file: CodeFile,
  options: BuildOptions,
): Promise<Compiled & { readonly inputs: readonly string[] }> {
  const { build } = await import('esbuild');
  const folder = file.absolutePath.slice(0, -file.file.length);
  try {
    const { outputFiles, metafile } = await build({
      entryPoints: [file.absolutePath],
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      external: ['@aws-sdk/*'],
      // Names in the text and in the map are relative to the migrations folder; a tsconfig.json nearby is ignored.
      absWorkingDir: folder,
      outfile: 'bundle.js',
      tsconfigRaw: {},
      charset: 'utf8',
      legalComments: 'none',
      sourcemap: 'external',
      sourcesContent: false,
      logLevel: 'silent',
      ...options,
    });
    const [map, code] = ['.map', '.js'].map((end) => outputFiles!.find(({ path }) => path.endsWith(end))!.text);
    return { code: code!, locate: locator(map!), inputs: Object.keys(metafile!.inputs) };
  } catch (error) {
    throw compileFailed(error, file);
  }
}

function authoring(resolution: { external: true } | { path: string; namespace: string }): Plugin {
  return {
    name: 'authoring',
    setup(build) {
      build.onResolve({ filter: /^cdk-migrations\/authoring$/ }, () => ({ path: authoringModule, ...resolution }));
      build.onLoad({ filter: /.*/, namespace: 'authoring' }, () => ({ contents: runtimeAuthoring, loader: 'js' }));
    },
  };
}

function locator(map: string): Compiled['locate'] {
  let parsed: SourceMap | undefined;
  return (line, column) => {
    parsed ??= new SourceMap(JSON.parse(map));
    const entry = parsed.findEntry(line - 1, column - 1);
    if (!('originalSource' in entry) || entry.originalSource === undefined) return undefined;
    return { file: entry.originalSource, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
  };
}

function compileFailed(error: unknown, file: CodeFile): unknown {
  const messages = (error as { readonly errors?: readonly Message[] }).errors;
  if (!messages) return error;
  const errors = messages.map((message) => {
    const hint =
      message.notes.map(({ text }) => text).join(' ') ||
      'Correct the line; helpers are bundled, so they must be importable.';
    return new MigrationError('COMPILE_FAILED', `${message.text}.`, { hint, location: placeOf(message, file) });
  });
  return errors.length === 1
    ? errors[0]
    : new MigrationError('COMPILE_FAILED', 'The file does not compile.', { errors });
}

/** esbuild counts columns from 0 and names files relative to the migrations folder. */
function placeOf({ location }: Message, file: CodeFile): ErrorLocation {
  if (!location) return { file: file.location.file };
  const isOwn = location.file === file.file;
  return { file: isOwn ? file.location.file : location.file, line: location.line, column: location.column + 1 };
}
