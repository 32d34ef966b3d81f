import { isVersion } from '../core/bundle/version';

/** How a file that comes from another tool, or is misspelt, is to be named here. */
export interface Renaming {
  readonly rename: string;
  /** What to do, as a sentence. */
  readonly hint: string;
}

interface ForeignName {
  readonly original: string;
  /** The numbers by which the other tool orders files; undefined for what it runs after all others. */
  readonly numbers: readonly bigint[] | undefined;
  /** A number without a prefix, a sequence or a point in time: no version. */
  readonly isPlain: boolean;
  readonly words: string;
  /** One migration of other tools may be two files, or a folder. */
  readonly part: 'whole' | 'up' | 'down' | 'folder';
  readonly language: string;
}

/**
 * The names that files of dbmate, diesel, Flyway, golang-migrate, pop, sqlx and others should have, by their names. All
 * files of a folder together: each gets a version of its own, and the order in which the other tool runs them is kept.
 * @param taken the versions of the files that are named correctly
 */
export function renamings(
  entries: readonly { readonly name: string; readonly isFolder: boolean }[],
  taken: ReadonlySet<string>,
): ReadonlyMap<string, Renaming> {
  const names = entries.flatMap(({ name, isFolder }) => readForeign(name, isFolder) ?? []).sort(byOrder);
  const isSequence = names.every(({ isPlain, numbers }) => isPlain || numbers === undefined);
  const result = new Map<string, Renaming>();
  let previous: Version | undefined;
  let up: ForeignName | undefined;
  let version = '';
  for (const name of names) {
    const belongs = up !== undefined && name.part === 'down' && isSame(up, name);
    if (!belongs) {
      previous = nextFree(name, previous, isSequence, taken);
      version = previous.join('.');
    }
    up = name.part === 'down' ? undefined : name;
    const rename = `${version}_${name.words}.${name.language}`;
    result.set(name.original, { rename, hint: hintFor(name, rename, belongs) });
  }
  return result;
}

/** A pre-release with wrong words: no other tool has it, so nothing but the words is changed. */
export function correctWords(fileName: string): Renaming | undefined {
  const [, version = '', words = '', language = ''] = /^([^_]+)_(.+)\.(sql|ts)$/.exec(fileName) ?? [];
  if (!isVersion(version) || !version.includes('-')) return undefined;
  const rename = `${version}_${snake(words)}.${language}`;
  return { rename, hint: `Rename the file to ${rename}.` };
}

type Version = readonly [major: number, minor: number, patch: number];

function readForeign(original: string, isFolder: boolean): ForeignName | undefined {
  const file = isFolder
    ? [original, original, undefined, 'sql']
    : /^(.+?)(?:\.(up|down))?\.(sql|[cm]?[jt]s)$/i.exec(original);
  if (!file) return undefined;
  const [, base = '', direction, extension = ''] = file;
  const language = /s$/i.test(extension) ? 'ts' : 'sql';
  const part = isFolder ? 'folder' : ((direction?.toLowerCase() as 'up' | 'down' | undefined) ?? 'whole');
  const common = { original, language, part } as const;

  const repeatable = /^R__(.+)$/.exec(base);
  if (repeatable) return { ...common, numbers: undefined, isPlain: false, words: snake(repeatable[1]!) };
  const flyway = /^([VUB])(\d+(?:[._]\d+)*)__(.+)$/.exec(base);
  if (flyway) {
    const [, kind, numbers = '', words = ''] = flyway;
    return {
      ...common,
      part: kind === 'U' ? 'down' : part,
      ...numbered(numbers.split(/[._]/)),
      isPlain: false,
      words: snake(words),
    };
  }
  const diesel = /^(\d{4})-(\d{2})-(\d{2})-(\d{6})(?:-(\d{4}))?[_-](.+)$/.exec(base);
  if (diesel) {
    const [, year, month, day, time, count = '0', words = ''] = diesel;
    const { numbers } = numbered([`${year}${month}${day}${time}`, count]);
    return { ...common, numbers, isPlain: true, words: snake(words) };
  }
  const other = /^(v?)(\d+(?:\.\d+)*)(?:\+[\w.-]*?)?[_-]+(.+)$/i.exec(base);
  if (!other) return undefined;
  const [, prefix = '', numbers = '', words = ''] = other;
  const read = numbered(numbers.split('.'));
  return { ...common, ...read, isPlain: read.isPlain && prefix === '', words: snake(words) };
}

function numbered(texts: readonly string[]) {
  return { numbers: texts.map(BigInt), isPlain: texts.length === 1 };
}

function byOrder(a: ForeignName, b: ForeignName): number {
  return (
    compareNumbers(a.numbers, b.numbers) ||
    compare(a.words, b.words) ||
    compare(rankOf(a), rankOf(b)) ||
    compare(a.original, b.original)
  );
}

/** What undoes a migration comes after it. */
function rankOf({ part }: ForeignName): number {
  return part === 'down' ? 1 : 0;
}

/** As Flyway compares: missing numbers are 0. */
function compareNumbers(a: readonly bigint[] | undefined, b: readonly bigint[] | undefined): number {
  if (!a || !b) return Number(a === undefined) - Number(b === undefined);
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const order = compare(a[index] ?? 0n, b[index] ?? 0n);
    if (order !== 0) return order;
  }
  return 0;
}

function compare<T extends string | number | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isSame(a: ForeignName, b: ForeignName): boolean {
  return compareNumbers(a.numbers, b.numbers) === 0 && a.words === b.words;
}

/** The version that the name means, or else the first one after the previous file's that no other file has. */
function nextFree(
  name: ForeignName,
  previous: Version | undefined,
  isSequence: boolean,
  taken: ReadonlySet<string>,
): Version {
  const natural = isSequence ? sequenceVersion(name.numbers) : paddedVersion(name.numbers);
  let version = natural && isAfter(natural, previous) ? natural : bump(previous ?? [0, 0, 0]);
  while (taken.has(version.join('.'))) version = bump(version);
  return version;
}

/**
 * Numbers that only count go where they leave room: before 1.0.0. One that is too long for a part of a version is cut in
 * two, which comes after all that are not.
 */
function sequenceVersion(numbers: readonly bigint[] | undefined): Version | undefined {
  const number = numbers?.[0];
  if (number === undefined) return undefined;
  return number <= Number.MAX_SAFE_INTEGER
    ? [0, 0, Number(number)]
    : versionOf([0n, number / 1_000_000n, number % 1_000_000n]);
}

function paddedVersion(numbers: readonly bigint[] | undefined): Version | undefined {
  return numbers && versionOf([numbers[0] ?? 0n, numbers[1] ?? 0n, numbers[2] ?? 0n]);
}

function versionOf(numbers: readonly bigint[]): Version | undefined {
  const [major = 0, minor = 0, patch = 0] = numbers.map(Number);
  return [major, minor, patch].every(Number.isSafeInteger) ? [major, minor, patch] : undefined;
}

function isAfter(a: Version, b: Version | undefined): boolean {
  return b === undefined || compareNumbers(a.map(BigInt), b.map(BigInt)) > 0;
}

function bump([major, minor, patch]: Version): Version {
  return [major, minor, patch + 1];
}

function snake(words: string): string {
  const ascii = words.normalize('NFKD').replace(/[\u0300-\u036f]/g, '');
  const joined = ascii.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[^A-Za-z0-9]+/g, '_');
  return joined.replace(/^_|_$/g, '').toLowerCase() || 'migration';
}

function hintFor({ part, numbers, language, original }: ForeignName, rename: string, belongs: boolean): string {
  if (part === 'folder')
    return `Make one file ${rename} of it, with up.sql below -- migrate:up and down.sql below -- migrate:down.`;
  if (belongs) return `Write its statements below -- migrate:down in ${rename}, and delete this file.`;
  if (numbers === undefined)
    return `Rename the file to ${rename}. It runs once: repeat what changes in a new migration.`;
  if (part === 'down') return `Rename the file to ${rename}, and write -- migrate:down above its statements.`;
  if (language === 'ts' && !original.endsWith('.ts')) return `Write it in TypeScript, as ${rename}.`;
  return part === 'up'
    ? `Rename the file to ${rename}, and write -- migrate:up above its statements.`
    : `Rename the file to ${rename}.`;
}
