import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';

const root = join(__dirname, '../..');

/** A file of the repository as the architecture test looks at it. */
export interface SourceFile {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

export interface Import {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** The line as it is written, for the message. */
  readonly source: string;
  readonly specifier: string;
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean;
}

const skipped = ['node_modules', 'dist', 'cdk.out', '.sandbox', 'results'];

/** The TypeScript and JavaScript files of a room. None when there is no such room. */
export function sourceFiles(room: string): readonly SourceFile[] {
  return list(join(root, room)).map((file) => ({
    path: relative(root, file).split('\\').join('/'),
    text: readFileSync(file, 'utf8'),
  }));
}

function list(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !skipped.includes(name));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return list(path);
    return /\.(ts|mts|mjs|js)$/.test(entry.name) ? [path] : [];
  });
}

const statement = /^[ \t]*(?:import|export)\s+(type\s)?([^'"`;()]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
const call = /\b(?:import|require|require\.resolve)\s*\(\s*['"]([^'"]+)['"]/g;

/** Every import, re-export, `import()` and `require()` of a file. */
export function importsOf({ path, text }: SourceFile): readonly Import[] {
  const lines = text.split('\n');
  const at = (index: number, specifier: string, typeOnly: boolean): Import => {
    const line = text.slice(0, index).split('\n').length;
    return { file: path, line, source: (lines[line - 1] ?? '').trim(), specifier, typeOnly };
  };
  const code = withoutComments(text);
  const found = [
    ...[...code.matchAll(statement)].map((match) =>
      at(match.index, match[3]!, match[1] !== undefined || onlyTypes(match[2])),
    ),
    ...[...code.matchAll(call)].map((match) => at(match.index, match[1]!, false)),
  ];
  return found.sort((a, b) => a.line - b.line);
}

/** `{ type A, type B } from`: nothing but types between the braces. */
function onlyTypes(clause: string | undefined): boolean {
  const names = /^\{([\s\S]*)\}\s*from\s*$/.exec(clause ?? '')?.[1]?.split(',');
  const used = names?.map((name) => name.trim()).filter((name) => name !== '');
  return used?.every((name) => name.startsWith('type ')) === true;
}

/** The text with comments blanked out, so that every index still fits. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, ' '));
}

/** Where an import leads: a path in the repository without extension, or a package name. */
export function destination({ file, specifier }: Import): { readonly ours: boolean; readonly name: string } {
  if (!specifier.startsWith('.')) return { ours: false, name: specifier };
  return { ours: true, name: posix.normalize(posix.join(posix.dirname(file), specifier)).replace(/\.[mc]?[jt]s$/, '') };
}
