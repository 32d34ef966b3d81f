import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '../..');

export interface RepositoryFile {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

export interface Section {
  readonly heading: string;
  /** Up to the next heading of any level. */
  readonly body: string;
}

const written = /\.(ts|mts|cts|js|mjs|cjs|md|json|sql|sh|yml|yaml)$|^\.ci\//;

/** Everything written by hand that git knows or would take in, wherever it lies. */
export function repositoryFiles(): readonly RepositoryFile[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return [...new Set(listed.split('\0'))]
    .filter((path) => written.test(path) && basename(path) !== 'package-lock.json' && existsSync(join(root, path)))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

export function readRepository(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** The headings of a page with what is below each. Code blocks have none. */
export function sectionsOf(page: string): readonly Section[] {
  const text = page.replace(/^```.*?^```/gms, '');
  const parts = text.split(/^#{1,6} +(.+)$/m);
  return Array.from({ length: (parts.length - 1) / 2 }, (_, index) => ({
    heading: parts[2 * index + 1]!.trim(),
    body: parts[2 * index + 2]!,
  }));
}

/** The anchor that GitHub gives a heading. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

/** A file that a path written in `from` can mean: relative to it, to the repository, or a bare name anywhere. */
export function resolvePath(from: string, path: string, known: ReadonlySet<string>): string | undefined {
  const near = posix.normalize(posix.join(dirname(from), path));
  const candidates = [near, posix.normalize(path)];
  const found = candidates.find((candidate) => known.has(candidate));
  return found ?? (path.includes('/') ? undefined : [...known].find((candidate) => basename(candidate) === path));
}

/** The titles of the tests in a file as they are written: `%s` and `${...}` stay. */
export function testTitles(path: string): readonly string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    const title = ts.isCallExpression(node) && isTest(node.expression) ? node.arguments[0] : undefined;
    if (title && ts.isStringLiteralLike(title)) titles.push(title.text);
    else if (title && ts.isTemplateExpression(title)) titles.push(title.getText().slice(1, -1));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readRepository(path), ts.ScriptTarget.ES2022, true));
  return titles;
}

/** `it`, `it.each(...)`, `(url ? it : it.skip)` and the like. */
function isTest(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return callee.text === 'it' || callee.text === 'test';
  if (ts.isCallExpression(callee) || ts.isParenthesizedExpression(callee)) return isTest(callee.expression);
  if (ts.isConditionalExpression(callee)) return isTest(callee.whenTrue) && isTest(callee.whenFalse);
  return ts.isPropertyAccessExpression(callee) && isTest(callee.expression);
}
