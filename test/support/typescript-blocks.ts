import { type RepositoryFile, repositoryFiles } from './repository';

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
  /** All that follows the opening fence. */
  readonly info: string;
}

/** The fenced blocks of every Markdown page of the repository. */
export function allFences(): readonly Fence[] {
  return repositoryFiles()
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap(fencesIn);
}

/** Fences may be indented, as in lists. One that is never closed reaches to the end of the page, as Markdown has it. */
export function fencesIn({ path, text }: RepositoryFile): readonly Fence[] {
  const lines = text.split(/\r?\n/);
  const fences: Fence[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, indent = '', fence, info = ''] = /^(\s*)(`{3,}|~{3,})\s*(.*?)\s*$/.exec(lines[at]!) ?? [];
    if (fence === undefined) continue;
    const first = at + 1;
    const isEnd = (line: string) => line.trimStart().startsWith(fence) && line.trim().replaceAll(fence[0]!, '') === '';
    for (at = first; at < lines.length && !isEnd(lines[at]!); at++);
    const code = lines.slice(first, at).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    fences.push({ file: path, line: first + 1, code: code.join('\n'), info });
  }
  return fences;
}

/** The `@example`s of all doc comments in the sources. Tests are no documentation. */
export function allExamples(): readonly Block[] {
  return repositoryFiles()
    .filter(({ path }) => /\.m?ts$/.test(path) && !/(^|\/)test\//.test(path))
    .flatMap(examplesIn);
}

export function examplesIn({ path, text }: RepositoryFile): readonly Block[] {
  return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap(({ 0: comment, index }) => {
    const firstLine = text.slice(0, index).split('\n').length;
    const lines = comment.split('\n').map((line) => line.replace(/^\s*\/?\*+(\/$| ?)/, '').replace(/\s*\*\/$/, ''));
    return lines.flatMap((line, at) => {
      if (!/^@example\b/.test(line)) return [];
      const rest = lines.slice(at + 1);
      const end = rest.findIndex((other) => /^@\w/.test(other));
      const code = rest.slice(0, end < 0 ? undefined : end).join('\n');
      return [{ file: path, line: firstLine + at + 1, code: code.trimEnd() }];
    });
  });
}
