import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
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
   * @param output the folder for their rows; undefined: they are only checked
   */
  constructor(
    private readonly found: readonly FoundSeed[],
    private readonly output: string | undefined,
  ) {}

  /** Reads the file that a migration names. Undefined when something is wrong with it, which was reported. */
  async read(
    { file, delimiter = ',' }: SeedFile,
    migration: MigrationFile,
    place: Places,
    report: ReportError,
  ): Promise<ReadSeed | undefined> {
    const path = resolve(dirname(migration.absolutePath), file);
    const seed = this.found.find(({ absolutePath }) => absolutePath === path);
    if (!seed) {
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
      if (!problems.hasErrors && rows.isEmpty) throw problems.noRows();
      if (!problems.hasErrors) return { source: rows.finish(file), checksum: checksum.digest('hex') };
    } catch (error) {
      report(problems.unreadable(error));
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
          hint: 'Let a data() migration read it, or move it out of the migrations folder.',
          location: { file: location.file },
        }),
      );
    }
  }

  private missing(file: string, { target }: MigrationFile, place: Places): MigrationError {
    const known = this.found.map(({ target: folder, name }) => (folder === target ? name : `../${folder}/${name}`));
    return new MigrationError(
      'MISSING_SEED',
      describe({ what: 'The migrations folder has no seed file at', seen: file, allowed: known }),
      {
        payload: { file, known },
        hint:
          didYouMean(file, known) ??
          'Put it beside the migration, into the folder of a target, and write its path from there.',
        location: place.ofText(file),
      },
    );
  }
}
