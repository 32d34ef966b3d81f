import { MigrationError } from '../../core/errors/index';
import type { ReportError, Warn } from '../report';
import type { SourceText } from '../source-text';
import type { PostgresParser } from './parser';

/** PostgreSQL cuts longer names, with a notice that nobody sees in a deployment. */
const longest = 63;

/** Something that may be a name of more than 63 bytes; nearly no text has it, so nearly none is scanned. */
const candidate = /[^\s"'(),;.]{22,}|"[^"]{22,}"/;

/** Warns of names that are cut, once each, and refuses two that become one. */
export function checkIdentifiers(source: SourceText, postgres: PostgresParser, report: ReportError, warn: Warn): void {
  if (!candidate.test(source.text)) return;
  const namesOf = new Map<string, Set<string>>();
  for (const { name, index } of postgres.identifiers(source)) {
    if (Buffer.byteLength(name) <= longest) continue;
    const kept = cut(name);
    const names = namesOf.get(kept) ?? new Set();
    namesOf.set(kept, names);
    if (names.has(name)) continue;
    names.add(name);
    const location = source.locate(index);
    if (names.size === 1) warn(tooLong(name, kept, location));
    else report(clash([...names], kept, location));
  }
}

/** At the last character that fits whole. */
function cut(name: string): string {
  let kept = '';
  for (const character of name) {
    if (Buffer.byteLength(kept) + Buffer.byteLength(character) > longest) break;
    kept += character;
  }
  return kept;
}

function tooLong(name: string, kept: string, location: MigrationError['location']): MigrationError {
  const message = `The name ${name} has ${Buffer.byteLength(name)} bytes; PostgreSQL cuts it to ${kept}.`;
  return new MigrationError('IDENTIFIER_TOO_LONG', message, {
    payload: { name, kept },
    hint: `Shorten it to at most ${longest} bytes.`,
    location,
  });
}

function clash(names: readonly string[], kept: string, location: MigrationError['location']): MigrationError {
  const message = `The names ${names.join(' and ')} are one name to PostgreSQL, which cuts both to ${kept}.`;
  return new MigrationError('IDENTIFIER_CLASH', message, {
    payload: { kept },
    hint: `Make them differ within ${longest} bytes.`,
    location,
  });
}
