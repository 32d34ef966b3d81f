import { type Command, InvalidArgumentError } from 'commander';
import { MigrationError } from '../../core/errors/index';
import type { LeaseInfo } from '../../core/ports';
import { addCommand, type CommandLine, does } from '../command';
import type { CommandHelp } from '../help';
import { type ScopeAccess, type ScopeOptions, withScope } from '../ledger-access';
import { wholeNumber } from '../options';
import type { Report } from '../output';
import { withScopeOptions } from '../scope-options';
import { unclaim } from '../unclaim';

interface UnlockOptions extends ScopeOptions {
  readonly force?: boolean;
  readonly token?: number;
  /** True without a name. */
  readonly claim?: string | true;
}

const help: CommandHelp = {
  summary: 'Show which process holds the lease on a scope, and release the lease if it has expired',
  description: [
    'Shows which process holds the lease on a scope, and since when. A lease that has expired is released, because its',
    'holder is gone. A valid lease is left alone, and its token is shown: --force --token N revokes that lease and no',
    'other. The process that held it can no longer write anything, neither to the ledger nor to a database.',
    'With --claim it is about who owns which database: it lists all claims, or releases the named one if CloudFormation',
    'says that the stack of its owner is gone.',
  ].join(' '),
  examples: [
    { args: '', does: 'the sandbox in ./.sandbox' },
    { args: '--stack Nutrition --force --token 41', does: 'revoke a lease in AWS' },
    { args: '--claim', does: 'who owns which database' },
    { args: '--claim app-', does: 'release what a deleted stack left claimed' },
  ],
  exitCodes: {
    0: 'the scope is not locked, or not any more',
    1: 'a living process holds the lease, or one with another token; the stack of a claim exists; or AWS cannot be reached',
  },
  json: [
    '{ "scope": "...", "freed": true,',
    '  "lease": { "holder": "...", "description": "...", "token": 41, "since": "2026-...", "expiresAt": "2026-..." } }',
    'where lease is null if the scope is not locked',
    'with --claim: { "claims": [{ "kind": "database", "name": "...", "scope": "...", "stackId": "...", "since": "2026-...",',
    '  "stackIsGone": true, "leftLedger": null }] }, and with a name { "released": [...] }',
  ].join('\n'),
};

export function addUnlock(parent: Command, session: CommandLine): void {
  withScopeOptions(addCommand(parent, 'unlock', help))
    .option('--force', 'revoke the lease of a living process; needs --token')
    .option('--claim [name]', 'list who owns which database, or release what a stack that is gone left claimed')
    .option('--token <number>', 'the token of the lease to revoke, as unlock shows it', wholeNumber)
    .action(does<UnlockOptions>(session, unlock));
}

async function unlock({ force = false, token, claim, ...options }: UnlockOptions): Promise<Report> {
  if (claim !== undefined) return unclaim(options, claim === true ? undefined : claim, force);
  if (force && token === undefined)
    throw new InvalidArgumentError('--force needs --token <number>, as unlock without --force shows it.');
  return withScope(options, async (access) => {
    const lease = await access.ports.leases.inspect(access.scope);
    if (!lease) return report(access, undefined, `${access.scope} is not locked.`);
    const wanted = force ? token : lease.token;
    if (!force && lease.expiresAt > access.ports.clock.now()) throw alive(access, lease);
    if (wanted === lease.token && (await access.ports.leases.revoke(access.scope, lease.token))) {
      const why = force ? 'Its lease was revoked from' : 'Its lease had expired, which was held by';
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
    `${scope} is locked by ${holderOf(lease)}; the lease is valid until ${expiresAt} and is being renewed.`,
    {
      payload: { scope, ...describeLease(lease) },
      hint: `Wait until it ends. If it must not continue: migrations unlock --force --token ${token}.`,
    },
  );
}

function otherToken({ scope }: ScopeAccess, lease: LeaseInfo, token: number | undefined): MigrationError {
  return new MigrationError(
    'LEASE_HELD',
    `The lease on ${scope} does not have token ${token} but ${lease.token}, held by ${holderOf(lease)}.`,
    {
      payload: { scope, ...describeLease(lease) },
      hint: 'The holder has changed in the meantime. Run migrations unlock again.',
    },
  );
}
