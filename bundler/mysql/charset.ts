import type { Reader } from './syntax/reader';

/** The character set of texts and the collation that compares them, in lower case. Undefined: those of what the texts are in. */
export interface Charset {
  readonly charset?: string;
  readonly collation?: string;
}

/** Takes a CHARACTER SET or a COLLATE, when one comes next. */
export function acceptCharset(reader: Reader): Charset | undefined {
  if (reader.accept('CHARACTER', 'SET') || reader.accept('CHARSET')) return { charset: oldName(readName(reader)) };
  return reader.accept('COLLATE') ? { collation: oldName(readName(reader)) } : undefined;
}

/** All that is said of the character set in what is left. */
export function readCharset(reader: Reader): Charset {
  let found: Charset = {};
  while (!reader.isAtEnd) {
    const next = acceptCharset(reader);
    if (next) found = { ...found, ...next };
    else reader.next();
  }
  return found;
}

/** What MySQL makes of it inside of something with a character set of its own: a collation is of one character set only. */
export function completed({ charset, collation }: Charset, outer: Charset): Charset {
  const own = charset ?? collation?.split('_', 1)[0];
  if (own === undefined) return { charset: outer.charset, collation: outer.collation };
  return { charset: own, collation: collation ?? defaultCollations[own] };
}

function readName(reader: Reader): string {
  reader.accept('=');
  return (reader.next()?.text ?? '').replace(/^['"`]|['"`]$/g, '').toLowerCase();
}

/** utf8 is what MySQL 8.0 takes it for. */
function oldName(name: string): string {
  return name.replace(/^utf8(?=_|$)/, 'utf8mb3');
}

const defaultCollations: Readonly<Record<string, string>> = {
  ascii: 'ascii_general_ci',
  latin1: 'latin1_swedish_ci',
  utf8mb3: 'utf8mb3_general_ci',
  utf8mb4: 'utf8mb4_0900_ai_ci',
};
