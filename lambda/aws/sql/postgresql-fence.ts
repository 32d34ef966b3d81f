import type { MigrationError } from '../../../core/errors/index';
import * as sections from './sections';

/** See `unlessBusy` of ./sections. */
export function unlessBusy<T>(execute: () => Promise<T>): Promise<T> {
  return sections.unlessBusy(execute, isLocked);
}

/** PostgreSQL's lock_not_available. */
function isLocked({ payload, message }: MigrationError): boolean {
  return payload.sqlState === '55P03' || /could not obtain lock/.test(message);
}
