import { MigrationError } from '../errors/index';
import { TransformRefused } from './transform';

/**
 * Messages of TypeError that have nothing in them but words of the code. Others show the value that was found, such as
 * "Cannot create property 'first' on string 'Ann Lee'".
 */
const harmless: readonly RegExp[] = [
  /^Cannot (read|set) properties of (undefined|null)( \((reading|setting) '[\w$]+'\))?$/,
  /^Cannot destructure property '[\w$]+' of '[\w$.]+' as it is (undefined|null)\.$/,
  /^[\w$.[\]()]+ is not (a function|a constructor|iterable)( \(cannot read property Symbol\(Symbol\.iterator\)\))?$/,
  /^\(intermediate value\)[\w$.[\]()]* is not (a function|iterable)$/,
  /^Cannot mix BigInt and other types, use explicit conversions$/,
  /^Do not know how to serialize a BigInt$/,
  /^Cannot convert undefined or null to object$/,
  /^Assignment to constant variable\.$/,
];

/** What may be said of an error where anybody reads it: the words of other errors may hold data of users (G6). */
export function shown(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { name, message } = error;
  const isOurs = error instanceof TransformRefused || error instanceof MigrationError;
  if (isOurs || (error instanceof TypeError && harmless.some((words) => words.test(message)))) return message;
  return `It threw ${name}.`;
}
