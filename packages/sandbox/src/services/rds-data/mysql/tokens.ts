/** The parts of a statement as MySQL's scanner cuts it: all in which a colon or a semicolon means nothing, then what is left. */
const PARTS = [
  /'(?:[^'\\]|\\[\s\S]|'')*'/,
  /"(?:[^"\\]|\\[\s\S]|"")*"/,
  /`(?:[^`]|``)*`/,
  /--(?=\s|$)[^\n]*/,
  /#[^\n]*/,
  /\/\*[\s\S]*?\*\//,
  /[\w$\u0080-\uffff]+/,
  /:=/,
  /:(?<name>[A-Za-z_]\w*)/,
];
const PART = new RegExp(PARTS.map((part) => part.source).join('|'), 'y');

export interface Part {
  readonly text: string;
  /** Of a parameter. */
  readonly name?: string;
}

export function partsOf(sql: string): readonly Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < sql.length; ) {
    PART.lastIndex = at;
    const match = PART.exec(sql);
    const text = match?.[0] ?? sql[at]!;
    parts.push({ text, name: match?.groups?.['name'] });
    at += text.length;
  }
  return parts;
}

/** Stored programs have semicolons between their own statements. */
const STORED_PROGRAM = /^create\b.*?\b(procedure|function|trigger|event)\b/i;

/** More than one, as the Data API refuses it (aws-facts RDS-9). One semicolon at the end is none. */
export function hasSeveralStatements(parts: readonly Part[]): boolean {
  const words = parts.map(({ text }) => text).filter((text) => !/^(\s|--\s|--$|#|\/\*[^!])/.test(text));
  if (STORED_PROGRAM.test(words.slice(0, 12).join(' '))) return false;
  const end = words.indexOf(';');
  return end >= 0 && words.slice(end).some((text) => text !== ';');
}
