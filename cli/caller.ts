import { hostname, userInfo } from 'node:os';
import { MigrationError } from '../core/errors/index';
import type { LeaseInfo } from '../core/ports';
import { callerHere } from './ledger-ports';

/** Who works here, for the audit events: on this machine, and for AWS. */
export async function actor(): Promise<string> {
  const arn = await callerHere();
  return [`cli ${userInfo().username}@${hostname()}`, ...(arn ? [arn] : [])].join(' ');
}

export function leaseHeld(scope: string, { holder, acquiredAt }: LeaseInfo): MigrationError {
  return new MigrationError('LEASE_HELD', `${scope} is locked by ${holder.id} since ${acquiredAt}.`, {
    payload: { scope, holder, since: acquiredAt },
    hint: 'Wait until it ends. migrations unlock shows more about it.',
  });
}
