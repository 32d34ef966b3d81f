import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Attributes } from './attribute-text';

/** Attributes as plain JSON: bytes as base64. Everything else of an attribute value is JSON as it is. */
export type StoredAttributes = Readonly<Record<string, unknown>>;

export function toJson(attributes: Attributes): StoredAttributes {
  return mapValues(attributes, (value) => convert(value as AttributeValue, toBase64));
}

export function fromJson(stored: unknown): Attributes {
  return mapValues(stored as Attributes, (value) => convert(value as AttributeValue, fromBase64)) as Attributes;
}

type Bytes = (bytes: never) => unknown;

function convert(attribute: AttributeValue, bytes: Bytes): unknown {
  const { B: binary, BS: binaries, L: list, M: map } = attribute;
  if (binary !== undefined) return { B: bytes(binary as never) };
  if (binaries !== undefined) return { BS: binaries.map((one) => bytes(one as never)) };
  if (list !== undefined) return { L: list.map((one) => convert(one, bytes)) };
  if (map !== undefined) return { M: mapValues(map, (one) => convert(one as AttributeValue, bytes)) };
  return attribute;
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}

function mapValues(object: object, map: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]));
}
