import { join } from 'node:path';
import ts from 'typescript';
import type { Block } from './typescript-blocks';

const root = join(__dirname, '../..');

/** Names that blocks use without declaring them: what an app has besides the migrations. */
const prelude = join(root, 'docs/prelude.ts');

/** What is wrong with compiled blocks, as `file:line:column message`. */
export interface Problems {
  readonly ofPrelude: readonly string[];
  of(block: Block): readonly string[];
}

/** Type-checks blocks against the sources, all in one program, each as a module of its own beside the file it is in. */
export function compileBlocks(blocks: readonly Block[]): Problems {
  const texts = new Map(blocks.map((block) => [pathOf(block), textOf(block)]));
  const program = ts.createProgram([prelude, ...texts.keys()], options(), hostWith(texts));
  return {
    ofPrelude: problemsIn(program, prelude, 'docs/prelude.ts'),
    of: (block) => problemsIn(program, pathOf(block), block.file),
  };
}

function pathOf({ file, line }: Block): string {
  return join(root, `${file}.${line}.ts`);
}

/**
 * Line breaks in front, so that every line has the number that it has in its file. A block that says `this` is the
 * inside of a stack; its imports stay outside.
 */
function textOf({ line, code }: Block): string {
  const before = '\n'.repeat(line - 1);
  if (!/\bthis\b/.test(code) || /\bclass\b/.test(code)) return before + code;
  const imports = /^(?:\s*import\b[^;]*;)*/.exec(code)![0];
  return `${before}${imports}(async function (this: import('aws-cdk-lib').Stack) {${code.slice(imports.length)}\n})`;
}

function options(): ts.CompilerOptions {
  const { config, error } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  if (error) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'));
  const parsed = ts.parseJsonConfigFileContent({ ...config, include: [], files: [prelude] }, ts.sys, root);
  // A block may declare what only its reader uses.
  const unused = { noUnusedLocals: false, noUnusedParameters: false };
  return { ...parsed.options, ...unused, moduleDetection: ts.ModuleDetectionKind.Force };
}

function hostWith(texts: ReadonlyMap<string, string>): ts.CompilerHost {
  const host = ts.createCompilerHost({});
  return {
    ...host,
    // The doc comments of the CDK would take a third of the time.
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
    fileExists: (path) => texts.has(path) || host.fileExists(path),
    readFile: (path) => texts.get(path) ?? host.readFile(path),
    getSourceFile: (path, version, ...rest) => {
      const text = texts.get(path);
      return text === undefined ? host.getSourceFile(path, version, ...rest) : ts.createSourceFile(path, text, version);
    },
  };
}

function problemsIn(program: ts.Program, path: string, shown: string): readonly string[] {
  const file = program.getSourceFile(path);
  if (!file) throw new Error(`${path} was not compiled.`);
  const diagnostics = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  return diagnostics.map(({ start = 0, messageText }) => {
    const { line, character } = ts.getLineAndCharacterOfPosition(file, start);
    return `${shown}:${line + 1}:${character + 1} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}
