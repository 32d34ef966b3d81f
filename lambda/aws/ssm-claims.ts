import {
  DeleteParameterCommand,
  GetParameterCommand,
  ParameterAlreadyExists,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { sha256 } from '../../core/bundle/checksum';
import type { Claim, Claims } from '../../core/ports';
import { claimPrefix } from '../../core/wire';
import { patiently } from './retry';
import { sendingOptions } from './sending-options';

/**
 * Claims as SSM parameters: a register that all stacks of an account and region share, whatever ledger each keeps.
 * PutParameter without Overwrite is an atomic "create unless it exists" (aws-facts SSM-1).
 */
export class SsmClaims implements Claims {
  constructor(private readonly client = new SSMClient(sendingOptions())) {}

  async claim(identity: string, claim: Claim): Promise<Claim | undefined> {
    const put = new PutParameterCommand({
      Name: nameOf(identity),
      Type: 'String',
      Value: JSON.stringify({ ...claim, identity: identity.slice(0, 512) }),
      Description: 'Which DatabaseMigrations construct owns a database. Delete it only when that construct is gone.',
    });
    try {
      await patiently(() => this.client.send(put));
      return undefined;
    } catch (error) {
      if (!(error instanceof ParameterAlreadyExists)) throw error;
    }
    const owner = await this.owner(identity);
    if (!owner) return this.claim(identity, claim);
    return isSame(owner, claim) ? undefined : owner;
  }

  async release(identity: string, owner: Pick<Claim, 'scope' | 'stackId'>): Promise<void> {
    const current = await this.owner(identity);
    if (!current || !isSame(current, owner)) return;
    try {
      await patiently(() => this.client.send(new DeleteParameterCommand({ Name: nameOf(identity) })));
    } catch (error) {
      if (!(error instanceof ParameterNotFound)) throw error;
    }
  }

  private async owner(identity: string): Promise<Claim | undefined> {
    try {
      const { Parameter } = await patiently(() =>
        this.client.send(new GetParameterCommand({ Name: nameOf(identity) })),
      );
      return JSON.parse(Parameter?.Value ?? '{}') as Claim;
    } catch (error) {
      if (error instanceof ParameterNotFound) return undefined;
      throw error;
    }
  }
}

function isSame(a: Pick<Claim, 'scope' | 'stackId'>, b: Pick<Claim, 'scope' | 'stackId'>): boolean {
  return a.scope === b.scope && a.stackId === b.stackId;
}

/** Identities hold characters that parameter names cannot. */
function nameOf(identity: string): string {
  return claimPrefix + sha256(identity).slice(0, 40);
}
