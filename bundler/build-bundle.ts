import type { Bundle, BundledMigration } from '../core/bundle/bundle';
import { serializeBundle } from '../core/bundle/bundle-file';
import { checksumWithSeed, sourceChecksum } from '../core/bundle/checksum';
import { findGraphErrors, orderMigrations } from '../core/bundle/graph';
import { compareTexts, migrationId, sortByTargetAndVersion } from '../core/bundle/version';
import { aggregateErrors, describe, flattenErrors, MigrationError } from '../core/errors/index';
import { didYouMean } from '../core/errors/near-names';
import type { MigrationsConfig } from './config';
import type { Draft } from './draft';
import { displayPath, type MigrationFile, readFolder } from './folder';
import type { ReportError, Warn } from './report';
import { SeedFiles } from './seed/seed-files';
import { defaultDialect, dialectLoader, type LoadDialect } from './sql/dialects';
import { readSqlFile } from './sql/file';
import { kindsOfTargets, type NamedKinds } from './target-kinds';
import { checkTargets, type DeclaredTarget } from './targets';
import { readTypeScriptFile } from './typescript/file';
import { reviewTables } from './typescript/table-review';

export interface BundleRequest {
  /** The migrations folder, absolute or relative to the working directory. */
  readonly folder: string;
  /**
   * The targets that the app declares. A folder for any other is an error.
   * @default - every folder is a target, of the database kind that `config` or a header says, or else its first migration needs
   */
  readonly targets?: readonly DeclaredTarget[];
  /** What a configuration file says of targets, when there is no app to declare them. */
  readonly config?: { readonly file: string; readonly content: MigrationsConfig };
  /**
   * The folder to write the rows of seed files into, each a file of its own (core/bundle/seed).
   * @default - they are only checked
   */
  readonly seedFolder?: string;
}

export interface BuiltBundle {
  readonly bundle: Bundle;
  /** What is worth knowing, and wrong only in some places; each with its place. */
  readonly warnings: readonly MigrationError[];
  /** The bundle file: canonical JSON in UTF-8. */
  readonly bytes: Buffer;
  /** SHA-256 of `bytes`, in hex. */
  readonly revision: string;
}

/**
 * Reads a folder of migrations and builds the bundle. The same files give the same bytes on every machine.
 * @throws MigrationError `MISSING_FOLDER`; `INVALID_MIGRATIONS` with everything that is wrong in all files, in `errors`
 */
export async function buildBundle({ folder, targets, config, seedFolder }: BundleRequest): Promise<BuiltBundle> {
  const errors: MigrationError[] = [];
  const report: ReportError = (error) => errors.push(...flattenErrors(error));
  const { migrations: files, seeds: found } = readFolder(folder, report);
  const seeds = new SeedFiles(found, seedFolder);
  const warnings: MigrationError[] = [];
  const warn: Warn = (warning) => warnings.push(warning);
  const loadDialect = dialectLoader();
  checkConfiguredTargets(files, config, warn);
  const kinds = kindsOfTargets(files, namedKinds(targets, config), report);
  const dialectOf: DialectOf = (target) => loadDialect(kinds.get(target) ?? defaultDialect);
  const drafts = await readFiles(files, dialectOf, seeds, report, warn);
  // A file that could not be read may be the one that names it.
  if (drafts.size === files.length) seeds.reportUnused(report);
  checkTargets(files, drafts, kinds, targets, report);
  checkGraph(files, drafts, report);
  await review(drafts, targets, dialectOf, report, warn);
  if (errors.length > 0) throw aggregateErrors(errors.sort(byPlace), `the migrations folder ${displayPath(folder)}`);
  const migrations = orderMigrations([...drafts.values()].map(toMigration));
  const bundle: Bundle = { format: 1, migrations };
  const { bytes, revision } = serializeBundle(bundle);
  checkSize(bytes.length, folder);
  return { bundle, bytes: Buffer.from(bytes), revision, warnings: warnings.sort(byPlace) };
}

type Drafts = ReadonlyMap<MigrationFile, Draft>;

/** The dialect of a target. */
type DialectOf = (target: string) => ReturnType<LoadDialect>;

/** The result lacks files of which nothing could be read. */
async function readFiles(
  files: readonly MigrationFile[],
  dialectOf: DialectOf,
  seeds: SeedFiles,
  report: ReportError,
  warn: Warn,
): Promise<Drafts> {
  const read = async (file: MigrationFile) => {
    try {
      return [[file, await readFile(file)] as const];
    } catch (error) {
      if (!(error instanceof MigrationError)) throw error;
      report(error);
      return [];
    }
  };
  const readFile = async (file: MigrationFile) =>
    file.language === 'sql'
      ? readSqlFile(file, await dialectOf(file.target), report, warn)
      : readTypeScriptFile(file, { dialect: () => dialectOf(file.target), seeds }, report, warn);
  return new Map((await Promise.all(files.map(read))).flat());
}

/** Judges the files of each target in the order in which they are applied: by version, when they have no order yet. */
async function review(
  drafts: Drafts,
  targets: readonly DeclaredTarget[] | undefined,
  dialectOf: DialectOf,
  report: ReportError,
  warn: Warn,
): Promise<void> {
  const nodes = [...drafts.values()].map((draft) => ({ ...nodeOf(draft.file, draft), draft }));
  const ordered = findGraphErrors(nodes).length === 0 ? orderMigrations(nodes) : sortByTargetAndVersion(nodes);
  for (const target of new Set(ordered.map((node) => node.target))) {
    const engineVersion = targets?.find(({ name }) => name === target)?.engineVersion;
    const own = ordered.filter((node) => node.target === target).map(({ draft }) => draft);
    (await dialectOf(target)).review(own, { engineVersion }, report, warn);
    reviewTables(own, report);
  }
}

function namedKinds(targets: BundleRequest['targets'], config: BundleRequest['config']): NamedKinds {
  if (targets) return { kinds: new Map(targets.map(({ name, databaseKind }) => [name, databaseKind])), by: 'the app' };
  const entries = Object.entries(config?.content.targets ?? {});
  return { kinds: new Map(entries.map(([name, { databaseKind }]) => [name, databaseKind])), by: config?.file ?? '' };
}

/** It may be that of another folder; one that is misspelt would configure nothing, without a word. */
function checkConfiguredTargets(files: readonly MigrationFile[], config: BundleRequest['config'], warn: Warn): void {
  const known = [...new Set(files.map(({ target }) => target))];
  for (const target of Object.keys(config?.content.targets ?? {})) {
    if (known.includes(target)) continue;
    const message = describe({
      what: 'The configuration names a target without migrations here',
      seen: target,
      allowed: known,
    });
    const hint = didYouMean(target, known) ?? 'Leave it if it is for another folder; otherwise remove it.';
    warn(
      new MigrationError('UNKNOWN_TARGET', message, {
        payload: { target, known },
        hint,
        location: { file: config!.file },
      }),
    );
  }
}

function checkGraph(files: readonly MigrationFile[], drafts: Drafts, report: ReportError): void {
  // Files that could not be read exist nevertheless: depending on one of them is not another error.
  const nodes = files.map((file) => nodeOf(file, drafts.get(file)));
  const locate = (node: (typeof nodes)[number], dependency?: string) =>
    node.dependencies.find(({ id }) => id === dependency)?.location ?? node.location;
  findGraphErrors(nodes, locate).forEach(report);
}

function nodeOf(file: MigrationFile, draft: Draft | undefined) {
  const dependencies = draft?.dependsOn ?? [];
  return { ...file, dependencies, dependsOn: dependencies.map(({ id }) => id) };
}

/** The engine reads the whole bundle into a function of 512 MB and parses it there. */
const largestBundle = 50_000_000;

/**
 * @throws MigrationError `BUNDLE_TOO_LARGE`
 * @internal
 */
export function checkSize(bytes: number, folder: string): void {
  if (bytes <= largestBundle) return;
  throw new MigrationError('BUNDLE_TOO_LARGE', `The bundle has ${bytes} bytes; at most ${largestBundle} are allowed.`, {
    payload: { bytes },
    hint: 'Load large data from S3 or with a job of its own, rather than from migration files.',
    location: { file: displayPath(folder) },
  });
}

function toMigration({
  file,
  kind,
  dependsOn,
  irreversible,
  phases,
  code,
  codeLines,
  seedChecksum,
}: Draft): BundledMigration {
  return {
    id: migrationId(file.target, file.version),
    target: file.target,
    version: file.version,
    name: file.name,
    kind,
    checksum: seedChecksum === undefined ? sourceChecksum(file.source) : checksumWithSeed(file.source, seedChecksum),
    dependsOn: dependsOn.map(({ id }) => id),
    irreversible,
    file: file.file,
    phases,
    code,
    codeLines,
  };
}

function byPlace({ location: a }: MigrationError, { location: b }: MigrationError): number {
  return (
    compareTexts(a?.file ?? '', b?.file ?? '') || (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0)
  );
}
