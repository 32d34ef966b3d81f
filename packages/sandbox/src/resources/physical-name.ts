import { createHash } from 'node:crypto';
import type { CreateRequest } from '../cloudformation/resource-type';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const SUFFIX_LENGTH = 12;

/** `<stack>-<logical id>-<12 characters>`, as CloudFormation makes them up; the same for the same resource every time. */
export function generatedName(
  { stack, logicalId }: Pick<CreateRequest, 'stack' | 'logicalId'>,
  maxLength = 64,
): string {
  const digest = createHash('sha256').update(`${stack.id}/${logicalId}`).digest();
  const suffix = [...digest.subarray(0, SUFFIX_LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
  const room = maxLength - SUFFIX_LENGTH - 2;
  const stackPart = stack.name.slice(0, Math.max(Math.floor(room / 2), room - logicalId.length));
  return `${stackPart}-${logicalId.slice(0, room - stackPart.length)}-${suffix}`;
}
