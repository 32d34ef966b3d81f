import { isIPv6 } from 'node:net';

interface Block {
  readonly address: bigint;
  readonly prefix: number;
  readonly bits: 32 | 128;
}

/** `Fn::Cidr`: the first `count` subnets of a block, each with `subnetBits` host bits. Undefined when they do not fit. */
export function subnets(block: string, count: number, subnetBits: number): readonly string[] | undefined {
  const parsed = parseBlock(block);
  if (!parsed || subnetBits < 1 || count < 1) return undefined;
  const available = 2 ** (parsed.bits - parsed.prefix - subnetBits);
  if (count > available) return undefined;
  const size = 1n << BigInt(subnetBits);
  const base = (parsed.address >> BigInt(parsed.bits - parsed.prefix)) << BigInt(parsed.bits - parsed.prefix);
  return Array.from({ length: count }, (_, index) => {
    return `${format(base + size * BigInt(index), parsed.bits)}/${parsed.bits - subnetBits}`;
  });
}

function parseBlock(block: string): Block | undefined {
  const [address = '', prefix = ''] = block.split('/');
  const bits = isIPv6(address) ? 128 : 32;
  const value = bits === 128 ? parseIpv6(address) : parseIpv4(address);
  const length = Number(prefix);
  if (value === undefined || prefix === '' || !(length >= 0 && length <= bits)) return undefined;
  return { address: value, prefix: length, bits };
}

function parseIpv4(address: string): bigint | undefined {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) return undefined;
  return parts.reduce((value, part) => (value << 8n) + BigInt(part), 0n);
}

function parseIpv6(address: string): bigint {
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = tail === undefined ? [] : new Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...middle, ...right].reduce((value, group) => (value << 16n) + BigInt(`0x${group}`), 0n);
}

function format(value: bigint, bits: 32 | 128): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const groups = [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) => ((value >> shift) & 0xffffn).toString(16));
  return groups.join(':').replace(/(^|:)0(:0)+(:|$)/, '::');
}
