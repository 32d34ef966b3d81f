import { createHash } from 'node:crypto';

/** SHA-256 in lower-case hex. A text is hashed as UTF-8. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * The checksum of a migration: SHA-256 of its source with `\r\n` read as `\n`, so that git's line-ending setting on
 * one machine does not look like an edit. Every other difference, white space included, is an edit.
 */
export function sourceChecksum(source: string): string {
  return sha256(source.replaceAll('\r\n', '\n'));
}

/** The checksum of a migration with a seed file, of which an edit is an edit of the migration. */
export function checksumWithSeed(source: string, seedChecksum: string): string {
  return sha256(`${sourceChecksum(source)} ${seedChecksum}`);
}

/**
 * JSON with sorted keys (by code unit) and no white space: one text for one value, on every machine.
 * Like `JSON.stringify`, leaves out properties that are undefined.
 * @throws TypeError for what JSON cannot carry: functions, NaN, infinities, bigints, and undefined in an array
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`JSON cannot carry ${typeof value} ${String(value)}`);
  const properties = Object.entries(value)
    .filter(([, content]) => content !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, content]) => `${JSON.stringify(name)}:${canonicalJson(content)}`);
  return `{${properties.join(',')}}`;
}
