import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { compareTexts } from '../core/bundle/version';
import { describe, type ErrorLocation, MigrationError, withDetails } from '../core/errors/index';
import { type FileName, isIgnored, parseFileName } from './file-name';
import { correctWords, renamings } from './foreign-names';
import type { ReportError } from './report';

/** A migration file that was read, but not parsed yet. */
export interface MigrationFile extends FileName {
  readonly target: string;
  /** Relative to the migrations folder, with `/`. */
  readonly file: string;
  readonly absolutePath: string;
  /** The path to show in messages: relative to the working directory when inside it. */
  readonly location: ErrorLocation;
  readonly source: string;
}

/** A file that migrations may read rows from. */
export interface FoundSeed {
  readonly target: string;
  readonly name: string;
  readonly absolutePath: string;
  readonly location: ErrorLocation;
}

export interface MigrationsFolder {
  readonly migrations: readonly MigrationFile[];
  readonly seeds: readonly FoundSeed[];
}

/** A file with code that is compiled and run to see what it declares. */
export type CodeFile = Pick<MigrationFile, 'file' | 'absolutePath' | 'location'>;

/**
 * Reads `<folder>/<target>/<version>_<name>.sql|.ts`, and finds seed files beside them. Everything else in the folder is reported: a
 * typing error in a file name must not silently leave out a migration.
 * @throws MigrationError `MISSING_FOLDER`
 */
export function readFolder(folder: string, report: ReportError): MigrationsFolder {
  const root = resolve(folder);
  if (!stat(root)?.isDirectory()) {
    throw new MigrationError(
      'MISSING_FOLDER',
      describe({ what: 'There is no migrations folder', seen: displayPath(root) }),
      {
        payload: { folder: root },
        hint: 'Create the folder, with one folder per target in it, or correct the path.',
      },
    );
  }
  const targets = namesIn(root, report).flatMap((name) => {
    const path = join(root, name);
    if (stat(path)?.isDirectory()) return readTarget(root, name, report);
    if (!/\.md$/i.test(name) && name !== 'migrations.lock.json') report(strayFile(path));
    return [];
  });
  return {
    migrations: targets.flatMap(({ migrations }) => migrations),
    seeds: targets.flatMap(({ seeds }) => seeds),
  };
}

/** A path to show in messages: short when it is inside the working directory. */
export function displayPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short.replaceAll('\\', '/');
}

function readTarget(root: string, target: string, report: ReportError): MigrationsFolder {
  const folder = join(root, target);
  if (!/^[a-z][a-z0-9-]*$/.test(target)) {
    report(invalidTargetName(target, folder));
    return { migrations: [], seeds: [] };
  }
  const all = new Set(namesIn(folder, report));
  const isSeed = (name: string) => /\.(csv|jsonl|ndjson)$/.test(name) && stat(join(folder, name))?.isFile();
  const names = [...all].filter((name) => !isIgnored(name, all) && !isSeed(name));
  const wrong: WrongName[] = [];
  const files = names.flatMap((name) => {
    const read = () => readMigration(target, name, join(folder, name));
    const file = attempt(read, (error) => wrong.push({ name, error }));
    return file ? [file] : [];
  });
  reportWrong(wrong, new Set(files.map(({ version }) => version)), report);
  const seeds = [...all].filter(isSeed).map((name) => {
    const absolutePath = join(folder, name);
    return { target, name, absolutePath, location: { file: displayPath(absolutePath) } };
  });
  return { migrations: files, seeds };
}

interface WrongName {
  readonly name: string;
  readonly error: MigrationError;
}

/** Together, because the names that the files should have depend on each other. */
function reportWrong(wrong: readonly WrongName[], taken: ReadonlySet<string>, report: ReportError): void {
  const misnamed = wrong.filter(({ error }) => error.code !== 'UNREADABLE_FILE');
  const isFolder = ({ error }: WrongName) => error.code === 'UNEXPECTED_FILE';
  const fixed = new Map(misnamed.map(({ name }) => [name, correctWords(name)]));
  const foreign = misnamed.filter(({ name }) => !fixed.get(name));
  const entries = foreign.map((entry) => ({ name: entry.name, isFolder: isFolder(entry) }));
  const suggested = renamings(entries, taken);
  for (const { name, error } of wrong) {
    const suggestion = fixed.get(name) ?? suggested.get(name);
    if (suggestion === undefined) report(error);
    else
      report(withDetails(error, { hint: suggestion.hint, payload: { ...error.payload, rename: suggestion.rename } }));
  }
}

function readMigration(target: string, name: string, absolutePath: string): MigrationFile {
  const location = { file: displayPath(absolutePath), line: 1, column: 1 };
  const found = stat(absolutePath);
  if (found?.isDirectory()) throw strayFolder(absolutePath);
  const fileName = parseFileName(name, { file: location.file });
  // Reading a pipe or a device may never end.
  if (found && !found.isFile()) throw unreadable('it is not a file, but a pipe, socket or device', location.file);
  const source = readSource(absolutePath, location);
  return { ...fileName, target, file: `${target}/${name}`, absolutePath, location, source };
}

function readSource(path: string, location: ErrorLocation): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
    // C strings end there: the parser would silently ignore the rest of the file.
    if (text.includes('\0')) throw new Error('it contains a NUL character');
    return text;
  } catch (cause) {
    throw unreadable((cause as Error).message, location.file, cause);
  }
}

function unreadable(why: string, file: string, cause?: unknown): MigrationError {
  return new MigrationError('UNREADABLE_FILE', `Cannot read the file: ${why}.`, {
    hint: 'Migration files are UTF-8 text.',
    location: { file },
    cause,
  });
}

/** Runs a function, and reports a MigrationError that it throws. */
function attempt<T>(action: () => T, report: ReportError): T | undefined {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    report(error);
    return undefined;
  }
}

/** Visible names, in an order that is the same on every machine. */
function namesIn(folder: string, report: ReportError): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .sort(compareTexts);
  } catch (cause) {
    report(unreadable((cause as Error).message, displayPath(folder), cause));
    return [];
  }
}

/** Undefined for what does not exist, and for a link that leads nowhere or to itself: reading it says why. */
function stat(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function strayFile(path: string): MigrationError {
  return new MigrationError('UNEXPECTED_FILE', 'This file is not in the folder of a target.', {
    hint: 'Move it into the folder of its target. Next to these folders only *.md and migrations.lock.json are allowed.',
    location: { file: displayPath(path) },
  });
}

function strayFolder(path: string): MigrationError {
  return new MigrationError('UNEXPECTED_FILE', 'The folder of a target must not contain another folder.', {
    hint: 'Put migrations directly into the folder of their target, and shared code outside of the migrations folder.',
    location: { file: displayPath(path) },
  });
}

function invalidTargetName(name: string, path: string): MigrationError {
  const allowed = 'a lower-case letter, followed by lower-case letters, digits and hyphens';
  const [likely] = /^[a-z][a-z0-9-]*$/.exec(name.toLowerCase().replaceAll('_', '-')) ?? [];
  return new MigrationError('INVALID_TARGET_NAME', describe({ what: 'Invalid target name', seen: name, allowed }), {
    payload: { name },
    hint: `Rename the folder${likely === undefined ? '' : ` to ${likely}, or`} to the name of its target in the CDK app.`,
    location: { file: displayPath(path) },
  });
}
