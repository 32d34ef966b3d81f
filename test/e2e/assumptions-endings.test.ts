import { describe } from '@jest/globals';
import { centralScenarios } from '../support/central-scenarios';

/** What no document settles about rollbacks and cleanups: the other setting of each (packages/sandbox/src/cloudformation/assumptions.ts). */
describe('failed create, failed update, rollback after cutover and commit', () => {
  centralScenarios([
    { 'rollback-order': 'reverse' },
    { 'rollback-physical-id': 'old' },
    { 'orphaned-old-id': 'delete' },
    { 'failed-update-id': 'ignored' },
    { 'cleanup-delete-properties': 'new', 'cleanup-delete-attempts': '1', 'cleanup-delete-request-id': 'same' },
    {
      'rollback-order': 'reverse',
      'rollback-physical-id': 'old',
      'orphaned-old-id': 'delete',
      'cleanup-delete-properties': 'new',
      'cleanup-delete-attempts': '1',
      'duplicate-delivery': 'yes',
    },
  ]);
});
