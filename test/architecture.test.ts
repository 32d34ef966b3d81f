import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
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
const publicEntry = /^cdk-migrations(\/(authoring|client))?$/;

/** The rooms of CONTRIBUTING.md: who may import whom (ADR 1 says why the bundler has one). */
const rules: Readonly<Record<string, Rule>> = {
  core: { ours: [], packages: [/^semver(\/|$)/, /^node:crypto$/] },
  authoring: { ours: [], packages: [], typesOf: /^core\// },
  client: { ours: [/^core\/wire$/], packages: [aws], typesOf: /^core\// },
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
  cli: { ours: [/^core\//, /^lambda\//, /^bundler(\/|$)/], packages: [/^commander$/, aws, node] },
  sandbox: { ours: [], packages: [/^(?!cdk-migrations|aws-cdk-lib|constructs|commander)/] },
  bin: { ours: [/^lib$/, /^cli\/main$/], packages: [cdk, aws, node] },
  migrations: { ours: [], packages: [publicEntry] },
  examples: { ours: [], packages: [publicEntry, cdk, aws, node, /^@types\/aws-lambda$/] },
  bench: { ours: [/^(core|lambda|sandbox|bundler|scripts)\//], packages: [node, aws, /^esbuild$/] },
  scripts: { ours: [/^sandbox\/(cloudformation\/)?assumptions$/], packages: [node, aws, /^esbuild$/] },
};

/** `sandbox` only where a command is about the sandbox: everything else works on AWS the same. The demo watches one. */
const sandboxCommands = /^cli\/commands\/sandbox(\/|\.ts$)/;

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
  if (!ours) return rule.packages.some((allowed) => allowed.test(name));
  if (isInside(room, found, name)) return true;
  if (found.typeOnly && rule.typesOf?.test(name)) return true;
  if (/^sandbox(\/|$)/.test(name) && found.file.startsWith('examples/demo/')) return true;
  if (room === 'cli' && /^sandbox(\/|$)/.test(name)) return sandboxCommands.test(found.file);
  return rule.ours.some((allowed) => allowed.test(name));
}

/** An example may import itself, not its neighbour. */
function isInside(room: string, { file }: Import, name: string): boolean {
  return room === 'examples' ? sameFolders(file, name, 2) : sameFolders(file, name, 1);
}

function sameFolders(a: string, b: string, depth: number): boolean {
  return a.split('/').slice(0, depth).join('/') === b.split('/').slice(0, depth).join('/');
}

function show({ file, line, source }: Import): string {
  return `${file}:${line}: ${source}`;
}

describe('core', () => {
  it('has no clock, environment, console, timer or chance', () => {
    const banned =
      /\bDate\.now\b|\bnew Date\(\)|\bprocess\.\w|\bconsole\.|\bset(Timeout|Interval|Immediate)\b|\bMath\.random\b|\brandomUUID\b|\bfetch\(/;
    expect((files.get('core') ?? []).flatMap((file) => occurrences(file, banned))).toEqual([]);
  });
});

describe('code that runs in AWS', () => {
  it('knows nothing of the sandbox', () => {
    const rooms = ['core', 'authoring', 'client', 'lambda', 'lib'].flatMap((room) => files.get(room) ?? []);
    // Codes of all errors are declared in one place; Sandbox.Timedout is Lambda's own word.
    const checked = rooms.filter(({ path }) => path !== 'core/errors/codes.ts');
    expect(checked.flatMap((file) => occurrences(file, /sandbox(?!\.Timedout)/i))).toEqual([]);
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
