import type { StackSummary } from '../api';
import { AwsError } from '../aws-error';

/** The stack that a command names. */
export function requireStack(stacks: readonly StackSummary[], name: string): StackSummary {
  const found = stacks.find(({ stack }) => stack === name);
  if (found) return found;
  const known = stacks.map(({ stack }) => stack).join(', ') || 'none';
  throw new AwsError('ValidationError', `Stack with id ${name} does not exist. There are: ${known}.`);
}
