import { centralScenarios } from '../helpers/central-scenarios';

/** What no document settles about requests, and how slow AWS is (sandbox/cloudformation/assumptions.ts and services). */
centralScenarios({ 'duplicate-delivery': 'yes' });
centralScenarios({ 'overlap-rollback': 'no' });
centralScenarios({ 'service-token-in-properties': 'no' });
centralScenarios({ 'numbers-as-strings': 'no' });
centralScenarios({ 'iam-propagation-ms': '3000' });
centralScenarios({ 'paused-clusters': '5' });
centralScenarios({ 'database-error-text': 'position-only', 'bad-request-error': 'ValidationException' });
centralScenarios({
  'duplicate-delivery': 'yes',
  'cleanup-delete-request-id': 'same',
  'cleanup-delete-properties': 'new',
  'failed-update-id': 'ignored',
  'overlap-rollback': 'no',
  'paused-clusters': '3',
  'dynamodb-create-visible-ms': '300',
});
