import { randomUUID } from 'node:crypto';

/** JSON with bigints as plain numbers, which `JSON.stringify` refuses: a 64-bit column's value arrives exactly. */
export function encodeJson(value: unknown): string {
  // The mark is random, so no text of a row can be taken for one.
  const mark = `bigint:${randomUUID()}:`;
  let marked = false;
  const text = JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== 'bigint') return member;
    marked = true;
    return `${mark}${member}`;
  });
  return marked ? text.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1') : text;
}
