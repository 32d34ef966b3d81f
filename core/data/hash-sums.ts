import type { Item } from '../ports/items';
import { canonicalText, hash128 } from './values';

/** Sums of hashes by bucket, as 32 hex digits. */
export type Sums = Readonly<Record<string, string>>;

const modulus = 1n << 128n;

/**
 * Adds the hash of each item to the sum of its bucket, modulo 2^128. Equal sums mean equal items, whatever their order, but
 * for a chance of one in 2^128; the first hex digit of a key's hash is its bucket, so that a difference can be narrowed down.
 */
export class HashSums {
  private readonly sums = new Map<string, bigint>();

  constructor(start: Sums = {}) {
    for (const [bucket, sum] of Object.entries(start)) this.sums.set(bucket, BigInt(`0x${sum}`));
  }

  add(key: string, item: Item): void {
    const bucket = hash128(key)[0]!;
    this.addTo(bucket, BigInt(`0x${hash128(canonicalText(item))}`));
  }

  /** Adds other sums, for example of another segment. */
  addAll(others: Sums): this {
    for (const [bucket, sum] of Object.entries(others)) this.addTo(bucket, BigInt(`0x${sum}`));
    return this;
  }

  private addTo(bucket: string, value: bigint): void {
    this.sums.set(bucket, ((this.sums.get(bucket) ?? 0n) + value) % modulus);
  }

  toJSON(): Sums {
    const entries = [...this.sums].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([bucket, sum]) => [bucket, sum.toString(16).padStart(32, '0')]));
  }
}
