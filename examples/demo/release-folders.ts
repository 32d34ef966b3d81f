import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The newest migration of each target in a release of the example app. */
const newest = {
  1: { users: '1.1.0', meals: '1.0.0' },
  2: { users: '1.2.1', meals: '1.1.1' },
  3: { users: '1.3.0', meals: '1.2.0' },
} as const;

export type ReleaseNumber = keyof typeof newest;

const migrations = join(__dirname, '../../migrations');

/** A migrations folder as it was at a release: the files of the living example, up to a version. */
export function releaseFolder(folder: string, release: ReleaseNumber): string {
  const releaseRoot = join(folder, `release-${release}`);
  for (const [target, last] of Object.entries(newest[release])) {
    const [from, to] = [join(migrations, target), join(releaseRoot, target)];
    mkdirSync(to, { recursive: true });
    for (const file of readdirSync(from).filter((name) => isUpTo(name, last))) {
      copyFileSync(join(from, file), join(to, file));
    }
  }
  return releaseRoot;
}

function isUpTo(file: string, last: string): boolean {
  const version = /^(\d+\.\d+\.\d+)_/.exec(file)?.[1];
  return version !== undefined && version.localeCompare(last, 'en', { numeric: true }) <= 0;
}
