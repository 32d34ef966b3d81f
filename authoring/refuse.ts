/**
 * Throws what a builder throws: what is wrong, what would be right, and the value found. The bundler adds file and line.
 * @param requirement completes the sentence `<subject> must ...`
 */
export function refuse(subject: string, requirement: string, seen: unknown): never {
  throw new TypeError(`${subject} must ${requirement}, got ${show(seen)}.`);
}

/** Refuses properties that do not exist: a misspelt optional one would otherwise be silently ignored. */
export function checkProperties(subject: string, value: unknown, properties: readonly string[]): void {
  const names = properties.filter((name) => name !== 'kind').join(', ');
  if (typeof value !== 'object' || value === null) refuse(subject, `be an object with the properties ${names}`, value);
  const unknown = Object.keys(value).find((name) => !properties.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(`${subject} must not have a property ${show(unknown)}. Its properties: ${names}.`);
}

/** Refuses anything but a list of strings. */
export function checkTexts(property: string, value: unknown): void {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return;
  refuse(`Property ${property}`, 'be a list of strings', value);
}

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  return JSON.stringify(value) ?? 'undefined';
}
