import type { DatabaseErrors } from '../database-errors';

/** What the Data API says of an error of MySQL: the layouts that were seen or are likely (aws-facts RDS-17). */
const layouts: readonly RegExp[] = [
  /^Database error code: (?<number>\d+)\. Message: (?<text>[\s\S]*)$/,
  /^(?<text>[\s\S]*?);? Error code: (?<number>\d+)(?:; SQLState: (?<state>\w{5}))?/,
];

/** Numbers by words, where a layout gives none. */
const byWords: readonly (readonly [RegExp, number])[] = [
  [/^Table '.*' doesn't exist/, 1146],
  [/^Unknown table/, 1051],
  [/^Unknown column/, 1054],
  [/^Can't DROP/, 1091],
  [/^(PROCEDURE|FUNCTION) .* does not exist/, 1305],
  [/^Trigger does not exist/, 1360],
  [/^Unknown event/, 1539],
  [/^Deadlock found/, 1213],
  [/^Lock wait timeout exceeded/, 1205],
  [/NOWAIT is set/, 3572],
  [/^ALGORITHM=INSTANT is not supported/, 1845],
  [/^Duplicate entry/, 1062],
];

/** Dropping a view that is not there has a number of its own in MariaDB, which MySQL uses for something else. */
const unknownView = /^Unknown VIEW/i;

export const mysqlErrors: DatabaseErrors = {
  read(message) {
    const { text, state, number } = partsOf(message);
    const errorNumber = unknownView.test(text) ? 1051 : number;
    const told = withoutValues(text);
    return {
      told: errorNumber === undefined ? told : `ERROR ${errorNumber}: ${told}`,
      ...(state !== undefined && { sqlState: state }),
      ...(errorNumber !== undefined && { errorNumber }),
    };
  },
  saysGone: (message, database) => partsOf(message).text.startsWith(`Unknown database '${database}'`),
};

function partsOf(message: string): { readonly text: string; readonly state?: string; readonly number?: number } {
  for (const layout of layouts) {
    const { text, number, state } = layout.exec(message)?.groups ?? {};
    if (text !== undefined) return { text, state, number: Number(number) };
  }
  return { text: message, number: byWords.find(([words]) => words.test(message))?.[1] };
}

/**
 * A message of MySQL without rows of users and literals of the statement (G6): it quotes keys, values, and the text near a
 * syntax error. What it says about names stays.
 */
function withoutValues(text: string): string {
  return text
    .replace(/Duplicate entry '[\s\S]*' for key/, "Duplicate entry '…' for key")
    .replace(/\b(value|value:|argument|entry) '[\s\S]*?'(?= for | at | in |$)/gi, "$1 '…'")
    .replace(/(to use )?near '[\s\S]*' at line/, "near '…' at line");
}

const missing: readonly number[] = [1051, 1054, 1072, 1091, 1146, 1176, 1305, 1360, 1539, 3821, 3940];
const contended: readonly number[] = [1205, 1213];
/** ALGORITHM=INSTANT is not supported, or not for this table any more. */
const notInstant: readonly number[] = [1800, 1845, 1846, 4092];

interface Numbered {
  readonly errorNumber?: number;
}

export const saysMissing = ({ errorNumber }: Numbered) => missing.includes(Number(errorNumber));
/** What was refused because of others who had locks: nothing of it happened. */
export const saysContended = ({ errorNumber }: Numbered) => contended.includes(Number(errorNumber));
export const saysNotInstant = ({ errorNumber }: Numbered) => notInstant.includes(Number(errorNumber));
/** A lock that was not to be waited for. MariaDB has the number of a wait that took too long. */
export const saysLocked = ({ errorNumber }: Numbered) => errorNumber === 3572 || errorNumber === 1205;
