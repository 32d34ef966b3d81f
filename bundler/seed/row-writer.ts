import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../core/bundle/checksum';
import type { SeedPart, SeedSource } from '../../core/bundle/seed';
import { seedFileName } from '../../core/wire';

/** Bytes of a part: what a worker reads at once, and few enough parts that a bundle can list them. */
const partSize = 1_000_000;

/** Counts files that are being written, which have no digest yet. */
let written = 0;

/** Writes the rows of a seed file as an engine reads them, see {@link SeedSource}, part by part. */
export class RowWriter {
  columns: readonly string[] | undefined;
  private lines: Buffer[] = [];
  private size = 0;
  private total = 0;
  private rows = 0;
  private readonly parts: SeedPart[] = [];
  private readonly hash = createHash('sha256');
  private readonly output: { readonly path: string; readonly file: number } | undefined;

  /** @param folder undefined when the rows are only to be looked at */
  constructor(private readonly folder: string | undefined) {
    if (folder === undefined) return;
    mkdirSync(folder, { recursive: true });
    written += 1;
    const path = join(folder, `.seed-${process.pid}-${written}`);
    this.output = { path, file: openSync(path, 'w') };
  }

  add(line: number, values: readonly unknown[]): void {
    const row = Buffer.from(`${JSON.stringify([line, ...values])}\n`);
    if (this.size > 0 && this.size + row.length > partSize) this.endPart();
    this.lines.push(row);
    this.size += row.length;
    this.rows += 1;
  }

  get isEmpty(): boolean {
    return this.rows === 0;
  }

  /** Ends the file, and gives it its name. */
  finish(file: string): SeedSource {
    if (this.size > 0) this.endPart();
    const { rows, columns, parts } = this;
    const seed = { file, digest: this.hash.digest('hex'), rows, ...(columns && { columns }), parts };
    if (this.output) {
      closeSync(this.output.file);
      renameSync(this.output.path, join(this.folder!, seedFileName(seed)));
    }
    return seed;
  }

  /** Leaves nothing behind. */
  discard(): void {
    if (!this.output) return;
    closeSync(this.output.file);
    rmSync(this.output.path, { force: true });
  }

  private endPart(): void {
    const part = Buffer.concat(this.lines);
    this.hash.update(part);
    if (this.output) writeSync(this.output.file, part);
    this.parts.push({ at: this.total, bytes: part.length, rows: this.lines.length, digest: sha256(part) });
    this.total += part.length;
    this.lines = [];
    this.size = 0;
  }
}
