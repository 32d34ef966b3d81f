import { createHash } from 'node:crypto';
import { dirname, isAbsolute, resolve } from 'node:path';
import type { SeedFile } from '../../authoring';
import type { SeedSource } from '../../core/bundle/seed';
import { describe, MigrationError } from '../../core/errors/index';
import { didYouMean } from '../../core/errors/near-names';
import type { FoundSeed, MigrationFile } from '../folder';
import type { ReportError } from '../report';
import type { Places } from '../typescript/places';
import { readBlocks } from './blocks';
import { readCsv } from './csv';
import { readJsonLines } from './json-lines';
import { RowWriter } from './row-writer';
import { SeedReport } from './seed-report';

export interface ReadSeed {
  readonly source: SeedSource;
  /** Of the file's text. */
  readonly checksum: string;
}

/** The seed files of a migrations folder. */
export class SeedFiles {
  private readonly used = new Set<string>();

  /**
   * @param found all that are in the folder
   * @param output the folder to write their rows into; undefined when they are only to be checked
   */
  constructor(
    private readonly found: readonly FoundSeed[],
    private readonly output: string | undefined,
  ) {}

  /** Reads the file that a migration names. Undefined when something is wrong with it, which was reported then. */
  async read(
    { file, delimiter = ',' }: SeedFile,
    migration: MigrationFile,
    place: Places,
    report: ReportError,
  ): Promise<ReadSeed | undefined> {
    const path = resolve(dirname(migration.absolutePath), file);
    const seed = this.found.find(({ absolutePath }) => absolutePath === path);
    if (!seed || isAbsolute(file)) {
      report(this.missing(file, migration, place));
      return undefined;
    }
    this.used.add(path);
    const problems = new SeedReport(seed.location.file, report);
    const rows = new RowWriter(this.output);
    try {
      const checksum = createHash('sha256');
      const blocks = readBlocks(path, problems, (text) => checksum.update(text));
      await (file.endsWith('.csv')
        ? readCsv(blocks, delimiter, rows, problems)
        : readJsonLines(blocks, rows, problems));
      if (!problems.hasErrors && rows.isEmpty) throw noRows(problems);
      if (!problems.hasErrors) return { source: rows.finish(file), checksum: checksum.digest('hex') };
    } catch (error) {
      report(asError(error, seed));
    }
    rows.discard();
    return undefined;
  }

  /** Reports files that no migration reads. */
  reportUnused(report: ReportError): void {
    for (const { absolutePath, location } of this.found) {
      if (this.used.has(absolutePath)) continue;
      report(
        new MigrationError('UNEXPECTED_FILE', 'No migration reads this file.', {
          hint: 'Name it as the source of a migration, data({ source: { file }, ... }), or move it out of the migrations folder.',
          location: { file: location.file },
        }),
      );
    }
  }

  private missing(file: string, { target }: MigrationFile, place: Places): MigrationError {
    const known = this.found.map(({ target: folder, name }) => (folder === target ? name : `../${folder}/${name}`));
    return new MigrationError(
      'MISSING_SEED',
      describe({ what: 'There is no seed file with this path in the migrations folder', seen: file, allowed: known }),
      {
        payload: { file, known },
        hint:
          didYouMean(file, known) ??
          'Put the file into the folder of a target, beside the migration, and write its path from there.',
        location: place.ofText(file),
      },
    );
  }
}

function noRows(problems: SeedReport): MigrationError {
  return problems.error(1, 'The file has no rows.', 'Write the rows, or delete the migration if it was never applied.');
}

/** @throws what is no error of the file */
function asError(error: unknown, { location }: FoundSeed): MigrationError {
  if (error instanceof MigrationError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return new MigrationError('UNREADABLE_FILE', `Cannot read the file: ${message}.`, {
    hint: 'Check its permissions.',
    location: { file: location.file },
    cause: error,
  });
}
