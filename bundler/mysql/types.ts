import { type ColumnType, isCharacters } from './column';

/**
 * Whether a type holds every value of another one, as the same value. `from` is undefined when no file says what the
 * column was: then only a type that is the largest of its family.
 */
export function holdsAll(from: ColumnType | undefined, to: ColumnType): boolean {
  if (from === undefined) return ['bigint', 'longtext', 'longblob'].includes(to.name) && !to.unsigned;
  if (isCharacters(from) && isCharacters(to) && !holdsCharset(from.charset, to.charset)) return false;
  if (from.name === to.name) return isSameFamily(from, to);
  return widens(from, to);
}

/**
 * Whether MySQL changes only its own notes, not the rows. Of the length of a VARCHAR it knows whether that takes one byte
 * or two.
 */
export function keepsRows(from: ColumnType | undefined, to: ColumnType): boolean {
  if (from === undefined || from.name !== to.name || from.unsigned !== to.unsigned) return false;
  if (from.charset !== to.charset || from.collation !== to.collation) return false;
  if (to.name === 'varchar' || to.name === 'varbinary') return growsInPlace(from, to);
  if (to.name === 'enum' || to.name === 'set') return appends(from, to) && enumBytes(from) === enumBytes(to);
  return String(from.numbers) === String(to.numbers);
}

/** Whether the values of an ENUM or a SET only become more, at the end. */
export function appends(from: ColumnType, to: ColumnType): boolean {
  return from.values.every((value, index) => to.values[index] === value);
}

function isSameFamily(from: ColumnType, to: ColumnType): boolean {
  if (from.name === 'decimal') return isWithinDecimal(from, to) && (!to.unsigned || from.unsigned);
  if (from.name === 'enum' || from.name === 'set') return from.values.every((value) => to.values.includes(value));
  if (integerBits[from.name] !== undefined) return from.unsigned === to.unsigned;
  // More bytes would be filled with zeros, which become part of the value.
  if (from.name === 'binary') return String(to.numbers) === String(from.numbers);
  // A precision rounds; without one there is none.
  if (from.name === 'float' || from.name === 'double')
    return (to.numbers.length === 0 || String(to.numbers) === String(from.numbers)) && (!to.unsigned || from.unsigned);
  return (to.numbers[0] ?? 0) >= (from.numbers[0] ?? 0) && (!to.unsigned || from.unsigned);
}

function widens(from: ColumnType, to: ColumnType): boolean {
  const bits = integerBits[from.name];
  const toBits = integerBits[to.name];
  if (bits !== undefined && toBits !== undefined) {
    return toBits > bits && (from.unsigned || !to.unsigned);
  }
  if (bits !== undefined && to.name === 'decimal') {
    const whole = (to.numbers[0] ?? 10) - (to.numbers[1] ?? 0);
    return whole >= integerDigits[from.name]! && (from.unsigned || !to.unsigned);
  }
  if (bits !== undefined && to.name === 'double')
    return bits <= 32 && to.numbers.length === 0 && (from.unsigned || !to.unsigned);
  if (from.name === 'float' && to.name === 'double') return to.numbers.length === 0 && (!to.unsigned || from.unsigned);
  if (from.name === 'date' && to.name === 'datetime') return true;
  if (from.name === 'timestamp' && to.name === 'datetime') return false;
  return holdsBytes(from, to);
}

/** Text in text, bytes in bytes: by how many of them there may be. */
function holdsBytes(from: ColumnType, to: ColumnType): boolean {
  if (isCharacters(from) !== isCharacters(to)) return false;
  // Those lose blanks at the end, or get zeros there.
  if (to.name === 'char' || to.name === 'binary') return false;
  const [size, toSize] = [largest(from), largest(to)];
  return size !== undefined && toSize !== undefined && toSize >= size;
}

/** Bytes; a character has up to 4. */
function largest({ name, numbers, values, charset }: ColumnType): number | undefined {
  const width = charset === 'latin1' || charset === 'ascii' ? 1 : charset === 'utf8mb3' ? 3 : 4;
  if (name === 'char' || name === 'varchar') return (numbers[0] ?? 0) * width;
  if (name === 'binary' || name === 'varbinary') return numbers[0] ?? 0;
  if (name === 'enum') return Math.max(...values.map((value) => value.length)) * width;
  return texts[name];
}

/** An unknown one is that of the table, on both sides. */
function holdsCharset(from: string | undefined, to: string | undefined): boolean {
  if (from === to || to === 'utf8mb4' || from === 'ascii') return true;
  return to === 'utf8mb3' && from === 'latin1';
}

function growsInPlace(from: ColumnType, to: ColumnType): boolean {
  const [old, now] = [largest(from)!, largest(to)!];
  return now >= old && (now <= 255 || old > 255);
}

function isWithinDecimal(from: ColumnType, to: ColumnType): boolean {
  const [precision = 10, scale = 0] = from.numbers;
  const [toPrecision = 10, toScale = 0] = to.numbers;
  return toScale >= scale && toPrecision - toScale >= precision - scale;
}

/** Of the index of a value, or of the bits of a SET. */
function enumBytes({ name, values }: ColumnType): number {
  if (name === 'enum') return values.length <= 255 ? 1 : 2;
  const bytes = Math.ceil(values.length / 8);
  return bytes > 4 ? 8 : bytes;
}

const integerBits: Readonly<Record<string, number>> = { tinyint: 8, smallint: 16, mediumint: 24, int: 32, bigint: 64 };
const integerDigits: Readonly<Record<string, number>> = { tinyint: 3, smallint: 5, mediumint: 8, int: 10, bigint: 20 };

const texts: Readonly<Record<string, number>> = {
  tinytext: 255,
  text: 65_535,
  mediumtext: 16_777_215,
  longtext: 4_294_967_295,
  tinyblob: 255,
  blob: 65_535,
  mediumblob: 16_777_215,
  longblob: 4_294_967_295,
};
