import { describe, MigrationError } from '../errors/index';
import type { MigrationId } from './bundle';
import { SemVer } from './semver';

const strictSemver =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-((0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*))*))?$/;

/** Whether a text is a version: three numbers, optionally `-` and a pre-release. No `v`, no build metadata. */
export function isVersion(text: string): boolean {
  return (
    strictSemver.test(text) &&
    text.length <= 256 &&
    text.split(/[.-]/, 3).every((part) => Number(part) <= Number.MAX_SAFE_INTEGER)
  );
}

/**
 * Returns the text when it is a version. Strict semver without a leading `v`; build metadata (`+x`) is refused too,
 * because semver gives it no order, and two migrations must never be equal in order yet different in name.
 * @throws MigrationError `INVALID_VERSION`
 */
export function parseVersion(text: string): string {
  if (isVersion(text)) return text;
  throw new MigrationError(
    'INVALID_VERSION',
    describe({ what: 'Not a version', seen: text, allowed: 'a semantic version such as 1.4.0 or 2.0.0-beta.1' }),
    { payload: { version: text }, hint: 'Write three numbers without leading zeros, separated by dots.' },
  );
}

/** Sorts by target, then version. Parses each version once: a comparing sort would parse it a dozen times. */
export function sortByTargetAndVersion<T extends { readonly target: string; readonly version: string }>(
  items: readonly T[],
): T[] {
  return items
    .map((item) => ({ item, version: new SemVer(item.version) }))
    .sort((a, b) => compareTexts(a.item.target, b.item.target) || a.version.compare(b.version))
    .map(({ item }) => item);
}

/** Which of these have a version up to this one. Parses each version once. */
export function upTo<T extends { readonly version: string }>(items: readonly T[], version: string): T[] {
  const last = new SemVer(version);
  return items.filter((item) => last.compare(item.version) >= 0);
}

export function migrationId(target: string, version: string): MigrationId {
  return `${target}/${version}`;
}

/** Order by code units: the same on every machine, unlike `localeCompare`. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
