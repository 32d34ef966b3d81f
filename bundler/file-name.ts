import { parseVersion } from '../core/bundle/version';
import { describe, type ErrorLocation, MigrationError, withDetails } from '../core/errors/index';

export interface FileName {
  readonly version: string;
  /** Words separated by spaces. */
  readonly name: string;
  readonly language: 'sql' | 'ts';
}

const allowed = '<version>_<snake_name>.sql or .ts, for example 1.1.0_add_user_analytics.sql';

/**
 * Whether a file in a target's folder is deliberately not a migration: a declaration, test, readme or hidden file, or
 * what the TypeScript compiler has made of the source beside it.
 * @param all the names of all files in the folder
 */
export function isIgnored(fileName: string, all: ReadonlySet<string>): boolean {
  if (/^\.|\.d\.ts$|\.test\.ts$|^readme(\.\w+)?$/i.test(fileName)) return true;
  const [, source] = /^(.+?)(?:\.d\.ts|\.js)?(?:\.map|\.js)$/.exec(fileName) ?? [];
  return source !== undefined && all.has(`${source}.ts`);
}

/**
 * Reads `<version>_<snake_name>.sql|.ts`.
 * @throws MigrationError `INVALID_FILE_NAME`, `INVALID_VERSION`
 */
export function parseFileName(fileName: string, location: ErrorLocation): FileName {
  const parts = /^([^_]+)_(.*)\.(sql|ts)$/.exec(fileName);
  if (!parts) throw invalid(fileName, location, 'Rename the file, or move it out of the migrations folder.');
  const [, version = '', name = '', language] = parts;
  if (!/^[a-z0-9]+(_[a-z0-9]+)*$/.test(name)) {
    throw invalid(fileName, location, 'Write the name in lower-case words joined by single underscores.');
  }
  try {
    return { version: parseVersion(version), name: name.replaceAll('_', ' '), language: language as 'sql' | 'ts' };
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    throw withDetails(error, { location });
  }
}

function invalid(fileName: string, location: ErrorLocation, hint: string): MigrationError {
  return new MigrationError(
    'INVALID_FILE_NAME',
    describe({ what: 'Invalid name of a migration file', seen: fileName, allowed }),
    {
      payload: { fileName },
      hint,
      location,
    },
  );
}
