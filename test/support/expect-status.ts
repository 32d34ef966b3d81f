import type { StackResult } from '@cdk-migrations/sandbox';
import { expect } from '@jest/globals';

/** Holds how an operation on a stack ended. When it ended otherwise, the failure shows the reasons of its events. */
export function expectStatus(result: StackResult, status: string, operation?: string): void {
  const reasons = result.status === status ? [] : result.events.filter(({ reason }) => reason).map(show);
  expect({ operation, status: result.status, reasons }).toEqual({ operation, status, reasons: [] });
}

function show({ logicalId, status, reason }: StackResult['events'][number]): string {
  return `${logicalId} ${status}: ${reason}`;
}
