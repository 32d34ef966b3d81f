import type { MigrationRecord, NewEvent } from '../ledger/state';

/** An audit event of one migration. */
export function eventOf(
  type: string,
  record: MigrationRecord,
  detail: Readonly<Record<string, unknown>> = {},
): NewEvent {
  return { type, target: record.target, version: record.version, detail: { name: record.name, ...detail } };
}
