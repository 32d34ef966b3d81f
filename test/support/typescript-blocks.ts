import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { sourceFiles } from './source-files';

const root = join(__dirname, '../..');

/** A piece of TypeScript in a page or in a doc comment. */
export interface Block {
  /** The file that it is in, relative to the repository. */
  readonly file: string;
  /** 1-based line of the file on which the code begins. */
  readonly line: number;
  readonly code: string;
}

/** A fenced block of a Markdown page, whatever its language. */
export interface Fence extends Block {
  /** All that stands behind the opening fence. */
  readonly info: string;
}

const skipped = ['node_modules', 'dist', 'cdk.out', '.sandbox', '.git'];

/** Every Markdown page of the repository, relative to it. */
export function markdownPages(folder = ''): readonly string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries
    .filter(({ name }) => !skipped.includes(name))
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory()) return markdownPages(path);
      return entry.name.endsWith('.md') ? [path] : [];
    });
}

export function fencesOf(page: string): readonly Fence[] {
  return fencesIn(page, readFileSync(join(root, page), 'utf8'));
}

/** Fences may be indented, as in lists. One that is never closed reaches to the end of the page, as Markdown has it. */
export function fencesIn(page: string, text: string): readonly Fence[] {
  const lines = text.split(/\r?\n/);
  const fences: Fence[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, indent = '', fence, info = ''] = /^(\s*)(`{3,}|~{3,})\s*(.*?)\s*$/.exec(lines[at]!) ?? [];
    if (fence === undefined) continue;
    const first = at + 1;
    const isEnd = (line: string) => line.trimStart().startsWith(fence) && line.trim().replaceAll(fence[0]!, '') === '';
    for (at = first; at < lines.length && !isEnd(lines[at]!); at++);
    const code = lines.slice(first, at).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    fences.push({ file: page, line: first + 1, code: code.join('\n'), info });
  }
  return fences;
}

/** The `@example`s of all doc comments in the source files of a folder. Tests are no documentation. */
export function examplesIn(folder: string): readonly Block[] {
  const files = sourceFiles(folder).filter(({ path }) => /\.m?ts$/.test(path) && !/(^|\/)test\//.test(path));
  return files.flatMap(({ path, text }) => examplesOf(path, text));
}

export function examplesOf(file: string, text: string): readonly Block[] {
  return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap(({ 0: comment, index }) => {
    const firstLine = text.slice(0, index).split('\n').length;
    const lines = comment.split('\n').map((line) => line.replace(/^\s*\/?\*+(\/$| ?)/, '').replace(/\s*\*\/$/, ''));
    return lines.flatMap((line, at) => {
      if (!/^@example\b/.test(line)) return [];
      const rest = lines.slice(at + 1);
      const end = rest.findIndex((other) => /^@\w/.test(other));
      const code = rest.slice(0, end < 0 ? undefined : end).join('\n');
      return [{ file, line: firstLine + at + 1, code: code.trimEnd() }];
    });
  });
}
