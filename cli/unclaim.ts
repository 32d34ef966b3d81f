import { describe, MigrationError } from '../core/errors/index';
import type { TakenClaim } from '../core/ports';
import type { CloudFormationClient } from '../lambda/aws/seldom-clients';
import { exitCodes } from './exit-codes';
import { type ScopeOptions, withAccount } from './ledger-access';
import { claimsHere } from './ledger-ports';
import { type Report, table } from './output';

interface ListedClaim {
  readonly kind: string;
  readonly name: string;
  readonly scope: string;
  readonly stackId: string;
  readonly since: string;
  /** CloudFormation says that the owner's stack does not exist. */
  readonly stackIsGone: boolean;
  /** The owner left it, and its ledger is this table; null for what is owned. */
  readonly leftLedger: string | null;
}

/**
 * Lists who owns what, or releases one claim whose owner is gone. That it is gone has to be proved: a claim protects a
 * database from two owners.
 */
export function unclaim(options: ScopeOptions, name: string | undefined, force: boolean): Promise<Report> {
  return withAccount(options, async ({ cloudFormation }) => {
    const claims = await claimsHere();
    const all = await claims.list();
    const listed = await Promise.all(all.map((claim) => withProof(claim, cloudFormation)));
    if (name === undefined) return listing(listed);
    const chosen = listed.filter((claim) => claim.name === name);
    if (chosen.length === 0) {
      const known = listed.map((claim) => claim.name);
      throw new MigrationError('CLAIM_NOT_FOUND', describe({ what: 'No claim on', seen: name, allowed: known }), {
        payload: { name, known },
      });
    }
    const held = chosen.find(({ stackIsGone, leftLedger }) => !stackIsGone && leftLedger === null);
    if (held && !force) throw heldBy(held);
    for (const { owner, name: claimed, isFormer } of all.filter((claim) => claim.name.name === name)) {
      await (isFormer ? claims.forgetFormer([claimed]) : claims.release([claimed], owner));
    }
    const whose = chosen.map(({ scope, stackId }) => `${scope} of ${stackId}`).join(', ');
    return { data: { released: chosen }, text: `${name} is free. It belonged to ${whose}.` };
  });
}

async function withProof(claim: TakenClaim, client: CloudFormationClient): Promise<ListedClaim> {
  const { scope, stackId, since, ledger = '' } = claim.owner;
  const stackIsGone = await isGone(stackId, client);
  return { ...claim.name, scope, stackId, since, stackIsGone, leftLedger: claim.isFormer ? ledger : null };
}

/** Asked by id: another stack of the same name is another stack. */
async function isGone(stackId: string, client: CloudFormationClient): Promise<boolean> {
  const { DescribeStacksCommand } = await import('../lambda/aws/seldom-clients.js');
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackId }));
    return Stacks?.[0]?.StackStatus === 'DELETE_COMPLETE';
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'ValidationError' && message.includes('does not exist')) return true;
    throw error;
  }
}

function listing(claims: readonly ListedClaim[]): Report {
  const rows = claims.map(({ kind, name, scope, since, stackIsGone, leftLedger }) => [
    ...[kind, name, scope, since.slice(0, 10)],
    leftLedger === null ? (stackIsGone ? 'its stack is gone' : 'in use') : `left, ledger ${leftLedger}`,
  ]);
  return {
    data: { claims },
    text: rows.length === 0 ? 'Nothing is claimed.' : table(['kind', 'name', 'scope', 'since', 'state'], rows),
    exitCode: exitCodes.success,
  };
}

function heldBy({ name, scope, stackId, since }: ListedClaim): MigrationError {
  return new MigrationError(
    'CLAIM_HELD',
    `${name} is claimed by ${scope} since ${since}, and its stack exists: ${stackId}.`,
    {
      payload: { name, scope, stackId },
      hint: 'Remove the construct from that stack, which releases it. If the construct is gone from it, add --force.',
    },
  );
}
