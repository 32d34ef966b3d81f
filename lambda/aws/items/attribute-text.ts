import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { hash128 } from '../../../core/data/values';

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** One text for one value, as DynamoDB compares values: sets have no order, and 1.0 is 1. */
export function attributeText(attribute: AttributeValue | undefined): string {
  if (attribute === undefined) return '-';
  if (attribute.S !== undefined) return JSON.stringify(attribute.S);
  if (attribute.N !== undefined) return canonicalNumber(attribute.N);
  if (attribute.B !== undefined) return `b${base64(attribute.B)}`;
  if (attribute.BOOL !== undefined) return String(attribute.BOOL);
  if (attribute.NULL !== undefined) return 'null';
  if (attribute.M !== undefined) return `{${attributesText(attribute.M)}}`;
  if (attribute.L !== undefined) return `[${attribute.L.map(attributeText).join()}]`;
  if (attribute.SS !== undefined) return `s(${attribute.SS.map((text) => JSON.stringify(text)).sort()})`;
  if (attribute.NS !== undefined) return `n(${attribute.NS.map(canonicalNumber).sort()})`;
  return `b(${attribute.BS!.map(base64).sort()})`;
}

export function attributesText(attributes: Attributes, names = Object.keys(attributes)): string {
  return [...names]
    .sort()
    .map((name) => `${JSON.stringify(name)}:${attributeText(attributes[name])}`)
    .join();
}

export function attributesHash(attributes: Attributes, names?: string[]): string {
  return hash128(attributesText(attributes, names));
}

/** One text for one number: its digits without zeros at either end, and the power of ten of the last one. */
export function canonicalNumber(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text.trim()) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return 'n0';
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `n${sign === '-' ? '-' : ''}${significant}e${power}`;
}

/** The same as people write it: 30 and not n3e1. Numbers of DynamoDB may have a hundred zeros. */
export function readableNumber(text: string): string {
  const [, sign = '', digits = '0', power = '0'] = /^n(-?)(\d+)(?:e(-?\d+))?$/.exec(canonicalNumber(text)) ?? [];
  const places = Number(power);
  if (Math.abs(places) > mostZeros) return `${sign}${digits}e${places}`;
  if (places >= 0) return `${sign}${digits}${'0'.repeat(places)}`;
  const padded = digits.padStart(1 - places, '0');
  return `${sign}${padded.slice(0, places)}.${padded.slice(places)}`;
}

const mostZeros = 40;

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
