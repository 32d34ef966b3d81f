import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(__dirname, '..');
const lifecycle = join(root, 'docs/lifecycle.md');

interface Link {
  readonly text: string;
  readonly target: string;
}

describe('the documentation', () => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    'examples/orders/README.md',
    ...markdownIn('docs'),
    ...markdownIn('packages'),
  ];

  it.each(pages)('%s links to files that exist', (page) => {
    const folder = dirname(join(root, page));
    const broken = linksOf(join(root, page)).filter(({ target }) => !existsSync(join(folder, target)));

    expect(broken.map(({ target }) => target)).toEqual([]);
  });

  it('has the assumptions, commands and error codes that the code has', () => {
    expect(() => runNode('--import', 'tsx', 'scripts/docs.ts', '--check')).not.toThrow();
  });

  it('says of each resource type that the sandbox plays how far it does', () => {
    const page = read('packages/sandbox/README.md');
    const played = read('packages/sandbox/src/resources/table.ts').matchAll(/^ {4}\['(AWS::[\w:]+)', /gm);

    expect([...played].map(([, type]) => type).filter((type) => !page.includes(`\`${type}\``))).toEqual([]);
  });

  it('has a reading tour in which each file imports or names the next one', () => {
    const tour = linksIn(sectionOf('README.md', '## Read the code')).map(({ target }) => target);
    const names = tour.map((file) => file.replace(/(\/index|\/ports)?\.ts$/, ''));
    const gaps = tour.slice(0, -1).filter((file, index) => !mentions(file, tour[index + 1]!, names[index + 1]!));

    expect(tour.length).toBeGreaterThan(9);
    expect(gaps).toEqual([]);
  });

  // Written as [title of the test](../test/e2e/some.test.ts), so that a reader can go there and this test can look.
  it('names in lifecycle.md only tests that exist', () => {
    const named = linksOf(lifecycle).filter(({ target }) => target.endsWith('.test.ts'));
    const unknown = named.filter(({ text, target }) => !target.endsWith(text) && !isTitleIn(target, text));

    expect(named).not.toEqual([]);
    expect(unknown).toEqual([]);
  });
});

/** A file imports another one by a relative path, or names it in a comment by its path in the repository. */
function mentions(file: string, next: string, name: string): boolean {
  const text = read(file);
  const relativePath = relative(dirname(file), next).replace(/(\/index)?\.ts$/, '');
  return (
    [relativePath, relativePath.replace(/^(?!\.)/, './')].some((path) => text.includes(`'${path}`)) ||
    text.includes(name)
  );
}

/** A part of a page, up to the next heading of its level. */
function sectionOf(page: string, heading: string): string {
  const [, rest = ''] = read(page).split(`\n${heading}\n`);
  return rest.split('\n## ')[0]!;
}

function markdownIn(folder: string): readonly string[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  const pages = files.filter((file) => file.endsWith('.md') && !file.includes('node_modules'));
  return pages.map((file) => `${folder}/${file}`);
}

/** The links of a page that lead into the repository, without anchors. */
function linksOf(page: string): readonly Link[] {
  return linksIn(readFileSync(page, 'utf8'));
}

function linksIn(text: string): readonly Link[] {
  const links = [...withoutCode(text).matchAll(/\[([^\]]*)\]\(([^)\s#]+)(#[^)]*)?\)/g)];
  return links.map(([, text = '', target = '']) => ({ text, target })).filter(({ target }) => !/^\w+:/.test(target));
}

function withoutCode(text: string): string {
  return text.replace(/^```.*?^```/gms, '');
}

function isTitleIn(target: string, title: string): boolean {
  const file = join(dirname(lifecycle), target);
  return existsSync(file) && readFileSync(file, 'utf8').replaceAll('\\', '').includes(title.replaceAll('`', ''));
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function runNode(...args: readonly string[]): void {
  execFileSync(process.execPath, args, { cwd: root, stdio: 'pipe', timeout: 25_000 });
}
