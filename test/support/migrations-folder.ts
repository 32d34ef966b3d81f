import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MigrationError } from '../../core/errors/index';

/** Writes files, by path relative to the folder, into a new migrations folder. Returns its absolute path. */
export function migrationsFolder(files: Readonly<Record<string, string>>, name = 'migrations'): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'migrations-')), name);
  writeFiles(folder, files);
  return folder;
}

/** Writes files, by path relative to the folder, which is made when it is missing. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** A SQL file that creates and drops a table. */
export function tableSql(table: string, headers = ''): string {
  return `${headers}-- migrate:up\ncreate table ${table} (id int);\n-- migrate:down\ndrop table ${table};\n`;
}

/** The MigrationError that a function throws or rejects with. */
export async function errorOf(action: () => unknown): Promise<MigrationError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof MigrationError) return error;
    throw error;
  }
  throw new Error('Expected a MigrationError, but nothing was thrown.');
}

/** `CODE file:line:column` of each error, with the path shortened to what follows the migrations folder. */
export function placesOf(errors: readonly MigrationError[], folder: string): readonly string[] {
  return errors.map(({ code, location }) => {
    const place = [location?.file.replace(`${folder}/`, ''), location?.line, location?.column];
    return [code, place.filter((part) => part !== undefined).join(':')].join(' ').trim();
  });
}
