import { InvalidArgumentError } from 'commander';

/** A whole number from 1. */
export function upTo(most: number): (text: string) => number {
  return (text) => {
    if (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= most) return Number(text);
    throw new InvalidArgumentError(`Write a whole number, 1 to ${most}.`);
  };
}

export function wholeNumber(text: string): number {
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new InvalidArgumentError('Write a whole number, 0 or greater.');
}
