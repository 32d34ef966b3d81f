import type { Stack } from 'aws-cdk-lib';

/** The stack that a nested stack is updated and rolled back with; a stack that is not nested is its own. */
export function rootOf(stack: Stack): Stack {
  return stack.nestedStackParent ? rootOf(stack.nestedStackParent) : stack;
}
