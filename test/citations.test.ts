import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ASSUMPTIONS_OF_SERVICES } from '../packages/sandbox/src/assumptions';
import { cloudFormationAssumptions } from '../packages/sandbox/src/cloudformation/assumptions';
import {
  anchorOf,
  type RepositoryFile,
  readRepository,
  repositoryFiles,
  resolvePath,
  sectionsOf,
  testTitles,
} from './support/repository';

const root = join(__dirname, '..');
const factsPage = 'docs/aws-facts.md';
const guaranteesPage = 'docs/guarantees.md';

const files = repositoryFiles();
const known: ReadonlySet<string> = new Set(files.map(({ path }) => path));
/** This file has the patterns themselves in it. */
const citing = files.filter(({ path }) => path !== 'test/citations.test.ts').map(inOneLine);

const facts = sectionsOf(readRepository(factsPage)).filter(({ heading }) => /^[A-Z]+-\d+$/.test(heading));
const guarantees = sectionsOf(readRepository(guaranteesPage)).filter(({ heading }) => /^G\d+$/.test(heading));
/** Not the page itself, `docs/aws-facts.md`. */
const factCitation = /\baws-facts\b(?!\.md)(.{0,60})/g;
const switches = [...Object.keys(cloudFormationAssumptions), ...ASSUMPTIONS_OF_SERVICES.map(({ name }) => name)];

describe('citations', () => {
  it('every citation of an AWS fact leads to a fact', () => {
    const ids = facts.map(({ heading }) => heading);

    expect(cited(factCitation, factIds)).not.toEqual([]);
    expect(unresolved(factCitation, factIds, ids)).toEqual([]);
  });

  it('every citation of a guarantee leads to a guarantee', () => {
    const names = guarantees.map(({ heading }) => heading);

    expect(cited(/\bG\d+\b/g, ([name]) => [name])).not.toEqual([]);
    expect(unresolved(/\bG\d+\b/g, ([name]) => [name], names)).toEqual([]);
  });

  it('every citation of a decision leads to a decision', () => {
    const numbers = [...known].flatMap((path) => /^docs\/adr\/0*(\d+)-/.exec(path)?.[1] ?? []);

    expect(unresolved(/\bADR (\d+)\b|\badr\/0*(\d+)\b/g, ([, a, b]) => [a ?? b!], numbers)).toEqual([]);
  });

  it('every citation of a document leads to a file, and to a heading of it', () => {
    const wrong = citing.flatMap(({ path, text }) =>
      [...text.replace(/\bhttps?:\/\/\S+/g, '').matchAll(/(?<![\w*<$}])([\w./-]*\w\.md)\b(?:#([\w-]+))?/g)]
        .filter(([, document = '']) => path.endsWith('.md') || !document.includes('/') || /^(docs\/|\.)/.test(document))
        .filter(([, document = '', anchor]) => !leadsSomewhere(path, document, anchor))
        .map(([whole]) => `${path}: ${whole}`),
    );

    expect(wrong).toEqual([]);
  });

  it('every link within a page leads to a heading of it', () => {
    const wrong = citing.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\(#([\w-]+)\)/g)]
        .filter(([, anchor]) => path.endsWith('.md') && !leadsSomewhere(path, posix.basename(path), anchor))
        .map(([link]) => `${path}: ${link}`),
    );

    expect(wrong).toEqual([]);
  });

  it('no document is cited that the repository does not have', () => {
    expect(unresolved(/\bdesign section\b|\bof the design\b|\bfacts sheet\b/gi, ([phrase]) => [phrase], [])).toEqual(
      [],
    );
  });
});

describe('docs/aws-facts.md', () => {
  it('each fact has an id of its own', () => {
    const headings = [...readRepository(factsPage).matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);

    expect(headings).toEqual([...new Set(facts.map(({ heading }) => heading))]);
  });

  it('every fact is cited by code', () => {
    const code = citing.filter(({ path }) => !path.endsWith('.md'));
    const used = new Set(cited(factCitation, factIds, code));

    expect(facts.map(({ heading }) => heading).filter((id) => !used.has(id))).toEqual([]);
  });

  it('every fact has a public source, or is unverified and has a switch', () => {
    const wanting = facts.filter(({ body }) => {
      const source = /^Source: ([\s\S]+?)(?:^Switch: |\s*$(?![\s\S]))/m.exec(body)?.[1] ?? '';
      return !/\]\(https:\/\//.test(source) && !(/\bunverified\b/.test(source) && switchesOf(body).length > 0);
    });

    expect(wanting.map(({ heading }) => heading)).toEqual([]);
  });

  it('whatever is unverified has a switch', () => {
    const wanting = facts.filter(({ body }) => /\bunverified\b/.test(body) && switchesOf(body).length === 0);

    expect(wanting.map(({ heading }) => heading)).toEqual([]);
  });

  it('the switches that facts name are the switches of the sandbox', () => {
    const named = new Set(facts.flatMap(({ body }) => switchesOf(body)));

    expect([...named].sort()).toEqual([...switches].sort());
  });
});

describe('docs/guarantees.md', () => {
  it('the guarantees are G1 to G9, in order', () => {
    expect(guarantees.map(({ heading }) => heading)).toEqual(Array.from({ length: 9 }, (_, index) => `G${index + 1}`));
  });

  it.each(guarantees.map(({ heading, body }) => [heading, body] as const))(
    '%s says what it does not cover, and names tests that exist',
    (_heading, body) => {
      const tests = testsOf(body);
      const missing = tests.filter(
        ({ title, file }) => !existsSync(join(root, file)) || !testTitles(file).includes(title),
      );

      expect(body).toMatch(/^(Not covered:|\*\*Open:\*\*)$/m);
      expect(tests).not.toEqual([]);
      expect(missing).toEqual([]);
    },
  );
});

/** Comments that are broken over lines say one sentence. */
function inOneLine({ path, text }: RepositoryFile): RepositoryFile {
  return { path, text: text.replace(/\s*\n\s*(?:\*|\/\/|#|--)?\s*/g, ' ') };
}

/** `CFN-2, CFN-3 and CFN-4` after a citation. */
function factIds([, rest = '']: RegExpMatchArray): readonly string[] {
  const list = /^ ([A-Z]+-\d+(?:(?:, | and | to )[A-Z]+-\d+)*)/.exec(rest)?.[1];
  return list?.split(/, | and | to /) ?? [`no id in "${rest}"`];
}

function cited(
  pattern: RegExp,
  names: (match: RegExpMatchArray) => readonly string[],
  among: readonly RepositoryFile[] = citing,
): readonly string[] {
  return among.flatMap(({ text }) => [...text.matchAll(pattern)].flatMap(names));
}

function unresolved(
  pattern: RegExp,
  names: (match: RegExpMatchArray) => readonly string[],
  existing: readonly string[],
): readonly string[] {
  return citing.flatMap((file) => {
    const unknown = cited(pattern, names, [file]).filter((name) => !existing.includes(name));
    return unknown.map((name) => `${file.path}: ${name}`);
  });
}

function leadsSomewhere(from: string, document: string, anchor: string | undefined): boolean {
  const target = resolvePath(from, document, known);
  if (target === undefined || anchor === undefined) return target !== undefined;
  return sectionsOf(readRepository(target)).some(({ heading }) => anchorOf(heading) === anchor);
}

function switchesOf(body: string): readonly string[] {
  const line = /^Switch: (.+)$/m.exec(body)?.[1] ?? '';
  return [...line.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
}

/** Written as `[title](../test/some.test.ts)`. */
function testsOf(body: string): readonly { readonly title: string; readonly file: string }[] {
  return [...body.matchAll(/\[(.+?)\]\((\.\.\/[^)]+\.test\.ts)\)/g)].map(([, title = '', target = '']) => ({
    title,
    file: posix.join('docs', target),
  }));
}
