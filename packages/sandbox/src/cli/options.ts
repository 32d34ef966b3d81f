import { InvalidArgumentError } from 'commander';

type Pairs = Readonly<Record<string, string>>;

/** For options that may be repeated: `--stack a --stack b`. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

/** For repeated `name=value`. */
export function collectPairs(text: string, previous: Pairs = {}): Pairs {
  const separator = text.indexOf('=');
  if (separator < 1) throw new InvalidArgumentError('Write it as name=value.');
  return { ...previous, [text.slice(0, separator)]: text.slice(separator + 1) };
}

export function wholeNumber(text: string): number {
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new InvalidArgumentError('Write a whole number, 0 or greater.');
}
