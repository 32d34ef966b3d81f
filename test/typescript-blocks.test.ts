import { beforeAll, describe, expect, it } from '@jest/globals';
import { compileBlocks, type Problems } from './support/compile-blocks';
import { allExamples, allFences, type Block, examplesIn, fencesIn } from './support/typescript-blocks';

/** What a fence may say. A word behind `ts` would be a way around the compiler, and so would be other words for it. */
const languages = ['ts', 'sql', 'sh', 'json', 'mermaid', ''];

const fences = allFences();
const blocks: readonly Block[] = [...fences.filter(({ info }) => info === 'ts'), ...allExamples()];

/** A block of README.md in which one name is misspelt, as if another page had it. */
const right = blocks.find(({ file, code }) => file === 'README.md' && code.includes('MigrationTarget.aurora('))!;
const misspelt = {
  file: 'docs/misspelt',
  line: right.line,
  code: right.code.replace('MigrationTarget.aurora(', 'MigrationTarget.auroa('),
};

describe('the TypeScript in Markdown and in examples', () => {
  let problems: Problems;
  beforeAll(() => {
    problems = compileBlocks([...blocks, misspelt]);
  });

  it('is found in the pages and in the public API', () => {
    const files = new Set(blocks.map(({ file }) => file));

    expect([...files]).toEqual(expect.arrayContaining(['README.md', 'docs/construct.md', 'docs/formats.md']));
    expect([...files]).toEqual(expect.arrayContaining(['lib/target.ts', 'authoring/operations.ts']));
  });

  it('compiles against the sources', () => {
    expect(blocks.flatMap((block) => problems.of(block))).toEqual([]);
  });

  it('compiles with the names that docs/prelude.ts declares', () => {
    expect(problems.ofPrelude).toEqual([]);
  });

  it('does not compile when it misspells the API, and says where', () => {
    const line = misspelt.line + misspelt.code.split('\n').findIndex((text) => text.includes('auroa'));

    expect(problems.of(misspelt)).toEqual([
      expect.stringMatching(`^docs/misspelt:${line}:\\d+ Property 'auroa' does not exist`),
    ]);
  });

  it('does not silence the compiler', () => {
    const silencing = /@ts-(ignore|expect-error|nocheck)|\bas (any|never|unknown)\b|: any\b/;

    expect(blocks.filter(({ code }) => silencing.test(code)).map(placeOf)).toEqual([]);
  });

  it('is marked as ts and nothing else, so that every block is compiled', () => {
    expect(fences.filter(({ info }) => !languages.includes(info)).map(placeOf)).toEqual([]);
  });

  it('is not hidden in blocks without a language', () => {
    const typescript = /^\s*(import .* from|export (default|const)|const \w+ =|new [A-Z]\w*\()/m;
    const plain = fences.filter(({ info }) => info === '');

    expect(plain.filter(({ code }) => typescript.test(code)).map(placeOf)).toEqual([]);
  });
});

describe('the search for blocks', () => {
  it('finds fences of any length, indented ones, and one that is never closed', () => {
    const page = ['text', '```ts', 'one', '```', '- list', '  ~~~~ sql', '  two', '  ~~~', '  ~~~~', '```', 'three'];

    expect(fencesIn({ path: 'a.ts', text: page.join('\n') })).toEqual([
      { file: 'a.ts', line: 3, code: 'one', info: 'ts' },
      { file: 'a.ts', line: 7, code: 'two\n~~~', info: 'sql' },
      { file: 'a.ts', line: 11, code: 'three', info: '' },
    ]);
  });

  it('finds every example of a doc comment, up to the next tag', () => {
    const source = [
      '/** Text. */',
      'const a = 1;',
      '/**',
      ' * @example',
      ' * f({',
      ' *   b,',
      ' * });',
      ' * @throws no',
    ];

    const text = [...source, ' * @example', ' * g();', ' */'].join('\n');

    expect(examplesIn({ path: 'a.ts', text })).toEqual([
      { file: 'a.ts', line: 5, code: 'f({\n  b,\n});' },
      { file: 'a.ts', line: 10, code: 'g();' },
    ]);
  });
});

function placeOf({ file, line }: Block): string {
  return `${file}:${line}`;
}
