import { canonicalJson } from '../../bundle/checksum';
import type { SchemaObject } from '../../ports';

/**
 * A resource policy as its meaning goes: IAM takes one value for a list of one, lists in any order, and the number of an account for
 * its root user.
 */
export function policyObjects(
  table: string,
  policy: Readonly<Record<string, unknown>> | undefined,
): readonly SchemaObject[] {
  if (policy === undefined) return [];
  const definition = JSON.stringify(JSON.parse(canonicalJson(plain(policy))), null, 2);
  return [{ kind: 'resource policy', name: table, definition }];
}

function plain(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/^arn:aws[\w-]*:iam::(\d{12}):root$/, '$1');
  if (Array.isArray(value)) {
    const values = value.map(plain).sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
    return values.length === 1 ? values[0] : values;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}
