import { setTimeout as sleep } from 'node:timers/promises';

/** Reads again and again until what was read holds, and returns it. */
export async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (const end = Date.now() + 20_000; ; await sleep(10)) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > end) throw new Error(`Still not so after 20 s: ${JSON.stringify(value)}`);
  }
}
