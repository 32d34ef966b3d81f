import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { AwsError } from '../aws-error';
import type { CreateRequest, Properties, UpdateRequest } from '../cloudformation/resource-type';
import { generatedName } from './physical-name';

/** A name that was never used: a replacement lives beside what it replaces. */
export function freshName({ stack, logicalId }: CreateRequest, maxLength: number): string {
  return generatedName({ stack: { id: randomUUID(), name: stack.name }, logicalId }, maxLength);
}

/** The first of the given properties that the update changes. */
export function changedProperty(
  { properties, oldProperties }: Pick<UpdateRequest, 'properties' | 'oldProperties'>,
  names: readonly string[],
): string | undefined {
  return names.find((name) => !isDeepStrictEqual(plain(properties, name), plain(oldProperties, name)));
}

/** CloudFormation's own words: a resource whose name the template gives cannot exist twice for a moment. */
export function refuseNamedReplacement(name: string | undefined, { physicalId }: UpdateRequest): void {
  if (name !== physicalId) return;
  throw new AwsError(
    'ValidationError',
    `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${name} and update the stack again.`,
  );
}

/** Numbers and booleans may be written as strings in a template; that is no change. */
function plain(properties: Properties, name: string): unknown {
  const value = properties[name];
  return value === undefined
    ? undefined
    : JSON.parse(JSON.stringify(value), (_key, item) => (isScalar(item) ? String(item) : item));
}

function isScalar(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}
