import { MigrationError } from '../../errors/index';
import type { LockHolder, LockWait } from '../../ports';

/** Sessions that a message names. */
const mostNamed = 3;

/** The error for a lock that a section did not get, with who held it. */
export function lockError({ waited, timeout, holders }: LockWait): MigrationError {
  const pids = holders.map(({ pid }) => pid);
  const tries = `It was tried for ${seconds(waited + timeout)}, waiting ${seconds(timeout)} at a time.`;
  const ending =
    pids.length === 0
      ? 'End the transaction that holds it'
      : `End what holds it (SELECT pg_terminate_backend(${pids[0]}))`;
  return new MigrationError('LOCK_NOT_AVAILABLE', `The statement did not get its lock. ${tries} ${describe(holders)}`, {
    payload: { sqlState: '55P03', pids },
    hint: `Nothing of the section stays. ${ending}, or deploy again when the table is used less.`,
  });
}

function describe(holders: readonly LockHolder[]): string {
  if (holders.length === 0) return 'Who holds it could not be found out.';
  const more = holders.length > mostNamed ? `; and ${holders.length - mostNamed} more` : '';
  return `Held by ${holders.slice(0, mostNamed).map(holderText).join('; ')}${more}.`;
}

function holderText({ pid, user, application, state, seconds: age, query }: LockHolder): string {
  const app = application === '' ? '' : `, application "${application}"`;
  return `pid ${pid} (user ${user}${app}, ${state}, in a transaction since ${age} s), whose last statement is: ${query}`;
}

function seconds(milliseconds: number): string {
  return `${Number((milliseconds / 1000).toFixed(1))} s`;
}
