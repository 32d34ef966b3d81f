/**
 * A value of an item as JSON can show it. What JSON has no word for is an object with one name that says what it is: `set`,
 * `bytes` (in base64), or `number` (its digits).
 */
export function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return { number: String(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plainValue);
  if (value instanceof Set) return { set: [...value].map(plainValue) };
  if (ArrayBuffer.isView(value)) {
    return { bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  }
  // A number with more digits than a number of JavaScript has, see `Item`.
  if (value.constructor !== Object && 'value' in value) return { number: String(value.value) };
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plainValue(part)]));
}
