import { type Command, InvalidArgumentError } from 'commander';
import { MigrationError } from '../../core/errors/index';
import type { LeaseInfo } from '../../core/ports';
import { addCommand, type CommandLine, does } from '../command';
import { type ScopeAccess, type ScopeOptions, withScope } from '../ledger-access';
import { wholeNumber } from '../options';
import type { Report } from '../output';
import { withScopeOptions } from '../scope-options';

interface UnlockOptions extends ScopeOptions {
  readonly force?: boolean;
  readonly token?: number;
}

export function addUnlock(parent: Command, session: CommandLine): void {
  withScopeOptions(addCommand(parent, 'unlock', 'Show who works on a scope, and free it when that process is gone'))
    .option('--force', 'take the lease away from a living process; needs --token')
    .option('--token <number>', 'the token of the lease to take away, as unlock shows it', wholeNumber)
    .action(does<UnlockOptions>(session, unlock));
}

async function unlock({ force = false, token, ...options }: UnlockOptions): Promise<Report> {
  if (force && token === undefined)
    throw new InvalidArgumentError('--force needs --token <number>, as unlock without --force shows it.');
  return withScope(options, async (access) => {
    const lease = await access.ports.leases.inspect(access.scope);
    if (!lease) return report(access, undefined, `Nobody works on ${access.scope}.`);
    const wanted = force ? token : lease.token;
    if (!force && lease.expiresAt > access.ports.clock.now()) throw alive(access, lease);
    if (wanted === lease.token && (await access.ports.leases.revoke(access.scope, lease.token))) {
      const why = force ? 'It was taken from' : 'It had expired; its holder was';
      return report(access, lease, `${access.scope} is free. ${why} ${holderOf(lease)}.`);
    }
    throw otherToken(access, lease, wanted);
  });
}

function report({ scope }: ScopeAccess, lease: LeaseInfo | undefined, text: string): Report {
  return { data: { scope, freed: lease !== undefined, lease: lease ? describeLease(lease) : null }, text };
}

function describeLease({ holder, token, acquiredAt, expiresAt }: LeaseInfo) {
  return {
    holder: holder.id,
    description: holder.description,
    token,
    since: acquiredAt,
    expiresAt: new Date(expiresAt).toISOString(),
  };
}

function holderOf({ holder, acquiredAt }: LeaseInfo): string {
  return `${holder.id} (${holder.description}), since ${acquiredAt}`;
}

function alive({ scope }: ScopeAccess, lease: LeaseInfo): MigrationError {
  const { expiresAt, token } = describeLease(lease);
  return new MigrationError(
    'LEASE_HELD',
    `${scope} is worked on by ${holderOf(lease)}; its lease is good until ${expiresAt} and is renewed.`,
    {
      payload: { scope, ...describeLease(lease) },
      hint: `Wait until it ends. If you know that it must not go on: migrations unlock --force --token ${token}.`,
    },
  );
}

function otherToken({ scope }: ScopeAccess, lease: LeaseInfo, token: number | undefined): MigrationError {
  return new MigrationError(
    'LEASE_HELD',
    `Token ${token} is not the token of the lease on ${scope}: that is ${lease.token}, of ${holderOf(lease)}.`,
    {
      payload: { scope, ...describeLease(lease) },
      hint: 'The holder changed since you looked. Look again with migrations unlock.',
    },
  );
}
