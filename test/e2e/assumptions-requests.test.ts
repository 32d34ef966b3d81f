import { describe } from '@jest/globals';
import { centralScenarios } from '../support/central-scenarios';

/** What no document settles about requests, and how slow AWS is (assumptions.ts of cloudformation/ and services/ in packages/sandbox/src). */
describe('failed create, failed update, rollback after cutover and commit', () => {
  centralScenarios([
    { 'duplicate-delivery': 'yes' },
    { 'overlap-rollback': 'no' },
    { 'iam-propagation-ms': '3000' },
    { 'paused-clusters': '5' },
    // What requests and errors look like, which has nothing to do with when they come.
    {
      'service-token-in-properties': 'no',
      'numbers-as-strings': 'no',
      'database-error-text': 'position-only',
      'bad-request-error': 'ValidationException',
    },
    {
      'duplicate-delivery': 'yes',
      'cleanup-delete-request-id': 'same',
      'cleanup-delete-properties': 'new',
      'failed-update-id': 'ignored',
      'overlap-rollback': 'no',
      'paused-clusters': '3',
      'dynamodb-create-visible-ms': '300',
    },
  ]);
});
