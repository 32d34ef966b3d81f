import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { importCircles } from './support/import-circles';
import {
  destination,
  type Import,
  importsOf,
  type SourceFile,
  sourceFiles,
  withoutComments,
} from './support/source-files';

/** What a room may import: of ours by path, from npm and Node by name. A file's own room is always allowed. */
interface Rule {
  readonly ours: readonly RegExp[];
  readonly packages: readonly RegExp[];
  /** Types of core cost nothing at run time. */
  readonly typesOf?: RegExp;
}

const node = /^node:/;
const aws = /^@aws-sdk\//;
const cdk = /^(aws-cdk-lib|constructs)(\/|$)/;
const publicEntry = /^cdk-migrations(\/authoring)?$/;
const clientPackage = /^@cdk-migrations\/client$/;
const sandboxPackage = /^@cdk-migrations\/sandbox$/;

/** The rooms of CONTRIBUTING.md: who may import whom (ADR 1 says why the bundler has one). */
const rules: Readonly<Record<string, Rule>> = {
  core: { ours: [], packages: [/^semver(\/|$)/, /^node:crypto$/] },
  authoring: { ours: [], packages: [], typesOf: /^core\// },
  bundler: {
    ours: [/^core\//, /^authoring$/],
    packages: [
      /^esbuild$/,
      /^libpg-query(\/|$)/,
      /^node:(fs|path|vm|child_process|module|url|os|console|process)(\/|$)/,
    ],
  },
  lambda: {
    ours: [/^core\//, /^authoring\//],
    packages: [aws, /^@aws-lambda-powertools\//, /^aws-lambda$/, /^exponential-backoff$/, node],
  },
  lib: {
    ours: [/^core\//, /^bundler\/(build-sync|package-root)$/],
    packages: [cdk, /^node:(fs|path|crypto|url)$/],
  },
  cli: {
    ours: [/^core\//, /^lambda\/aws\/(caller|evaluate|ports|seldom-clients)(\.js)?$/, /^bundler(\/|$)/],
    packages: [/^commander$/, aws, node],
  },
  'packages/client/src': { ours: [], packages: dependenciesOf('packages/client') },
  'packages/sandbox/src': { ours: [], packages: [...dependenciesOf('packages/sandbox'), node] },
  bin: { ours: [/^lib$/, /^cli\/(closed-pipe|main)$/], packages: [cdk, aws, node] },
  migrations: { ours: [], packages: [publicEntry] },
  examples: { ours: [], packages: [publicEntry, clientPackage, cdk, aws, node, /^@types\/aws-lambda$/] },
  bench: {
    ours: [/^(core|lambda|bundler|scripts|test\/support)\//],
    packages: [node, aws, /^(esbuild|pg)$/],
  },
  // What docs/ has from the code.
  scripts: {
    ours: [
      /^cli\/(help|main|commands\/sandbox)$/,
      /^bundler\/(build-bundle|postgresql\/hazards\/rules)$/,
      /^core\/errors\/migration-error$/,
      /^packages\/sandbox\/src\/((cloudformation\/)?assumptions|cli\/(help|program))$/,
    ],
    packages: [node, aws, /^esbuild$/, /^commander$/, /^typescript$/],
  },
};

/** One file opens the sandbox, which may not be installed; everything else works on AWS the same. The demo and the bench watch one. */
const sandboxUsers = /^(cli\/sandbox-package\.ts|(examples\/demo|bench)\/.+)$/;

/** What a package of the workspace may import: what its own package.json promises to install. */
function dependenciesOf(folder: string): readonly RegExp[] {
  const manifest = JSON.parse(readFileSync(join(__dirname, '..', folder, 'package.json'), 'utf8')) as {
    readonly dependencies?: object;
    readonly optionalDependencies?: object;
    readonly peerDependencies?: object;
  };
  const names = Object.keys({
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.peerDependencies,
  });
  return names.map((name) => new RegExp(`^${name}(/|$)`));
}

const files: ReadonlyMap<string, readonly SourceFile[]> = new Map(
  Object.keys(rules).map((room) => [room, sourceFiles(room)]),
);
const allFiles = [...files.values()].flat();

describe.each(Object.entries(rules))('the room %s', (room, rule) => {
  it('imports only what its row of the table allows', () => {
    const offending = (files.get(room) ?? []).flatMap(importsOf).filter((found) => !isAllowed(room, rule, found));
    expect(offending.map(show)).toEqual([]);
  });
});

function isAllowed(room: string, rule: Rule, found: Import): boolean {
  const { ours, name } = destination(found);
  if (!ours && sandboxPackage.test(name)) return sandboxUsers.test(found.file);
  if (!ours) return rule.packages.some((allowed) => allowed.test(name));
  if (isInside(room, found, name)) return true;
  if (found.typeOnly && rule.typesOf?.test(name)) return true;
  return rule.ours.some((allowed) => allowed.test(name));
}

/** An example may import itself, not its neighbour. */
function isInside(room: string, { file }: Import, name: string): boolean {
  return sameFolders(file, name, room.split('/').length + (room === 'examples' ? 1 : 0));
}

function sameFolders(a: string, b: string, depth: number): boolean {
  return a.split('/').slice(0, depth).join('/') === b.split('/').slice(0, depth).join('/');
}

function show({ file, line, source }: Import): string {
  return `${file}:${line}: ${source}`;
}

/** Tests may look into every room; those of a package go with the package. */
describe.each(['packages/client', 'packages/sandbox'])('the tests of %s', (folder) => {
  it('import nothing of ours but their package', () => {
    const imports = sourceFiles(`${folder}/test`)
      .flatMap(importsOf)
      .map((found) => ({ found, ...destination(found) }));
    const offending = imports.filter(({ ours, name }) =>
      ours ? !name.startsWith(`${folder}/`) : /^@?cdk-migrations/.test(name),
    );
    expect(offending.map(({ found }) => show(found))).toEqual([]);
  });
});

describe('commands', () => {
  it('no command imports the file of another', () => {
    const commands = sourceFiles('cli/commands').concat(sourceFiles('packages/sandbox/src/cli/commands'));
    const offending = commands.flatMap(importsOf).filter((found) => {
      const { ours, name } = destination(found);
      return ours && dirname(name) === dirname(found.file);
    });
    expect(commands).not.toEqual([]);
    expect(offending.map(show)).toEqual([]);
  });
});

describe('imports', () => {
  it('no file leads back to itself, not even by types', () => {
    const tests = ['test', 'packages/client/test', 'packages/sandbox/test'].flatMap(sourceFiles);
    expect(importCircles([...allFiles, ...tests])).toEqual([]);
  });

  it.each([
    ['two files', ['./b', './a'], 'a.ts > b.ts > a.ts'],
    ['a file and itself', ['./a', '../c'], 'a.ts > a.ts'],
  ])('a circle of %s would be found', (_what, [first, second], circle) => {
    const files = [
      { path: 'a.ts', text: `import type { B } from '${first}';` },
      { path: 'b.ts', text: `export { a } from '${second}';` },
    ];
    expect(importCircles(files)).toEqual([circle]);
  });
});

describe('core', () => {
  it('has no clock, environment, console, timer or chance', () => {
    const banned =
      /\bDate\.now\b|\bnew Date\(\)|\bprocess\.\w|\bconsole\.|\bset(Timeout|Interval|Immediate)\b|\bMath\.random\b|\brandomUUID\b|\bfetch\(/;
    expect((files.get('core') ?? []).flatMap((file) => occurrences(file, banned))).toEqual([]);
  });
});

describe('code that runs in AWS', () => {
  it('knows nothing of the sandbox', () => {
    const rooms = ['core', 'authoring', 'packages/client/src', 'lambda', 'lib'].flatMap(
      (room) => files.get(room) ?? [],
    );
    // Sandbox.Timedout is Lambda's own word.
    expect(rooms.flatMap((file) => occurrences(file, /sandbox(?!\.Timedout)/i))).toEqual([]);
  });
});

function occurrences(file: SourceFile, pattern: RegExp): readonly string[] {
  const lines = file.text.split('\n');
  return withoutComments(file.text)
    .split('\n')
    .flatMap((code, index) => (code.match(pattern) ? [`${file.path}:${index + 1}: ${lines[index]!.trim()}`] : []));
}

describe('house numbers', () => {
  it('no file is longer than 300 lines', () => {
    const long = allFiles.map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }));
    expect(long.filter(({ lines }) => lines > 300).map(({ path, lines }) => `${path}: ${lines} lines`)).toEqual([]);
  });

  it('no file has a default export, except migrations', () => {
    const checked = allFiles.filter(({ path }) => !/(^|\/)migrations\//.test(path));
    expect(checked.flatMap((file) => occurrences(file, /^\s*export\s+default\b|\bas default\b/))).toEqual([]);
  });

  it('file names are in kebab-case', () => {
    const names = allFiles.map(({ path }) => path).filter((path) => !isKebabCase(path));
    expect(names).toEqual([]);
  });
});

/** A migration is named after its version and what it does, see docs/formats.md. */
function isKebabCase(path: string): boolean {
  if (/(^|\/)migrations\//.test(path)) return true;
  return /^[a-z0-9]+(-[a-z0-9]+)*(\.d)?\.(ts|mts|mjs|js)$/.test(basename(path));
}
