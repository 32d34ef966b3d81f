/**
 * What a statement, and what PostgreSQL says about it, may show outside of the database (G6): passwords and rows of users
 * are in literals, so they do not leave it. The full text stays in the migration file.
 *
 * Pure text, so that it serves every statement alike: those of files, those that `sql()` code builds, and those of undo
 * plans that another version has written. A test compares it with PostgreSQL's own scanner.
 */

/** Stands for what was a literal. */
const hidden = '…';

/**
 * Parts of a statement that may hold quotes, in the order in which PostgreSQL's scanner tries them. One that does not
 * end takes the rest of the text with it.
 */
const ofPostgresql = new RegExp(
  [
    // Comments may hold anything, also old values. Those in the style of C nest; of deeper ones nothing after is shown.
    /(?<comment>--[^\n]*|\/\*(?:[^*/]|\*(?!\/)|\/(?!\*)|\/\*(?:[^*/]|\*(?!\/)|\/(?!\*))*\*\/)*\*\/|\/\*[\s\S]*)/,
    // With E, a backslash escapes the quote.
    /(?<escaped>\b[eE]'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*(?:'|$))/,
    /(?<plain>(?:\b(?:[uU]&|[bBxXnN]))?'[^']*(?:''[^']*)*(?:'|$))/,
    // Not within a name, which may hold a dollar sign.
    /(?<dollar>(?<![\w$\u0080-\uffff])(?<tag>\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)[\s\S]*?(?:\k<tag>|$))/,
    /(?<quoted>"(?:[^"]|"")*(?:"|$))/,
    // Long enough to be a number of a card, an account or a telephone; not a part of a name.
    /(?<number>(?<![\w$."\u0080-\uffff])\d{7,}(?:\.\d+)?\b)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

/** Where double quotes stand around texts, as in MySQL: a backslash escapes in every text, and names have backticks. */
const ofMysql = new RegExp(
  [
    /(?<comment>--(?=\s|$)[^\n]*|#[^\n]*|\/\*[\s\S]*?(?:\*\/|$))/,
    /(?<escaped>'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*(?:'|$))/,
    /(?<doubled>"[^"\\]*(?:(?:\\[\s\S]|"")[^"\\]*)*(?:"|$))/,
    /(?<quoted>`(?:[^`]|``)*(?:`|$))/,
    /(?<number>(?<![\w$.`\u0080-\uffff])\d{7,}(?:\.\d+)?\b)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

/** Whether double quotes stand around names, as in standard SQL, or around texts. */
export type DoubleQuotes = 'name' | 'text';

const partsBy: Readonly<Record<DoubleQuotes, RegExp>> = { name: ofPostgresql, text: ofMysql };

/**
 * A statement in one line, without comments and literals: `CREATE ROLE app PASSWORD '…'`. Names and short numbers stay.
 */
export function redactLiterals(statement: string, doubleQuotes: DoubleQuotes = 'name'): string {
  const shown = statement.replace(partsBy[doubleQuotes], (part, ...rest) => {
    const { comment, quoted, number } = rest.at(-1) as Readonly<Record<string, string | undefined>>;
    if (comment !== undefined) return ' ';
    if (quoted !== undefined) return part;
    return number === undefined ? `'${hidden}'` : hidden;
  });
  return shown.replace(/\s+/g, ' ').trim();
}

/**
 * What PostgreSQL says about a statement, without the statement's literals: `invalid input syntax for type integer: "…"`.
 * Where the data is at fault (SQLSTATE class 22), also without what it quotes, which may come from a row. PostgreSQL's
 * DETAIL, which shows rows (`Key (email)=(...)`), must not be passed on at all.
 */
export function redactMessage(
  message: string,
  statement: string,
  sqlState = '',
  doubleQuotes: DoubleQuotes = 'name',
): string {
  const values = literalValues(statement, doubleQuotes).sort((a, b) => b.length - a.length);
  const withoutLiterals = values.reduce((text, value) => text.replaceAll(value, hidden), message);
  return sqlState.startsWith('22') ? withoutLiterals.replace(/"[\s\S]*"/g, `"${hidden}"`) : withoutLiterals;
}

/** Shorter ones are parts of ordinary words. */
const shortest = 3;

/** The values of the literals, as PostgreSQL would repeat them; of a function's body, those in it. */
function literalValues(statement: string, doubleQuotes: DoubleQuotes): string[] {
  const values = [...statement.matchAll(partsBy[doubleQuotes])].flatMap(({ 0: part, groups = {} }) => {
    if (groups.number !== undefined) return [part];
    if (groups.dollar !== undefined) {
      const body = part.replaceAll(groups.tag!, '');
      return body.includes('\n') ? literalValues(body, doubleQuotes) : [body, ...literalValues(body, doubleQuotes)];
    }
    if (groups.doubled !== undefined) return [part.slice(1).replace(/"$/, '').replaceAll('""', '"')];
    const text = part
      .slice(part.indexOf("'") + 1)
      .replace(/'$/, '')
      .replaceAll("''", "'");
    if (groups.plain !== undefined) return [text];
    return groups.escaped === undefined ? [] : [text, text.replace(/\\([\s\S])/g, '$1')];
  });
  return values.map((value) => value.trim()).filter((value) => value.length >= shortest);
}
