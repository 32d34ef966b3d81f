/** Throws what a builder throws: what is wrong, the value seen, what is allowed. The bundler adds file and line. */
export function refuse(what: string, seen: unknown, allowed: string): never {
  throw new TypeError(`${what} ${show(seen)}. Allowed: ${allowed}.`);
}

/** Refuses properties that we do not know: a misspelt optional one would else be ignored without a word. */
export function checkProperties(what: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null) refuse(`${what} takes an object, not`, value, known.join(', '));
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    refuse(`${what} has an unknown property`, unknown, known.filter((name) => name !== 'kind').join(', '));
  }
}

/** Refuses anything but a list of strings. */
export function checkTexts(what: string, value: unknown): void {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return;
  refuse(`${what} is`, value, 'a list of strings');
}

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  return JSON.stringify(value) ?? 'undefined';
}
