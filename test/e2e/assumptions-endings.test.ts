import { centralScenarios } from '../helpers/central-scenarios';

/** What no document settles about rollbacks and cleanups: the other setting of each (sandbox/cloudformation/assumptions.ts). */
centralScenarios({ 'rollback-order': 'reverse' });
centralScenarios({ 'rollback-physical-id': 'old' });
centralScenarios({ 'orphaned-old-id': 'delete' });
centralScenarios({ 'failed-update-id': 'ignored' });
centralScenarios({ 'cleanup-delete-properties': 'new' });
centralScenarios({ 'cleanup-delete-attempts': '1', 'cleanup-delete-request-id': 'same' });
centralScenarios({
  'rollback-order': 'reverse',
  'rollback-physical-id': 'old',
  'orphaned-old-id': 'delete',
  'cleanup-delete-properties': 'new',
  'cleanup-delete-attempts': '1',
  'duplicate-delivery': 'yes',
});
