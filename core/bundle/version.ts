import SemVer from 'semver/classes/semver';
import { describe, MigrationError } from '../errors/index';
import type { MigrationId } from './bundle';

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
 * @throws MigrationError `INVALID_VERSION`, with a hint how to write it
 */
export function parseVersion(text: string): string {
  if (isVersion(text)) return text;
  throw new MigrationError(
    'INVALID_VERSION',
    describe({ what: 'Not a version', seen: text, allowed: 'a semantic version such as 1.4.0 or 2.0.0-beta.1' }),
    { payload: { version: text }, hint: versionHint(text) },
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

export function migrationId(target: string, version: string): MigrationId {
  return `${target}/${version}`;
}

/** Order by code units: the same on every machine, unlike `localeCompare`. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The version that a text most likely means: `v1.2` is 1.2.0, and dbmate's timestamps go where they keep their order.
 * Undefined when there is no telling.
 */
export function suggestVersion(text: string): string | undefined {
  const bare = text.replace(/^v/i, '').replace(/\+.*$/, '');
  const isTimestamp = /^\d{5,15}$/.test(bare);
  const numbers = /^\d+(\.\d+){0,2}$/.test(bare) ? bare.split('.').map((part) => BigInt(part).toString()) : [];
  const padded = isTimestamp ? ['0', '0', ...numbers] : [...numbers, '0', '0'].slice(0, 3);
  const candidate = numbers.length > 0 ? padded.join('.') : bare;
  return isVersion(candidate) ? candidate : undefined;
}

function versionHint(text: string): string {
  const suggestion = suggestVersion(text);
  return suggestion ? `Write ${suggestion}.` : 'Write three numbers without leading zeros, separated by dots.';
}
