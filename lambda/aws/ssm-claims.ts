import { sha256 } from '../../core/bundle/checksum';
import type { Claim, Claims, TakenClaim } from '../../core/ports';
import { type ClaimName, claimsClash } from '../../core/protocol/claim-names';
import { claimPrefix } from '../../core/wire';
import { patiently } from './retry';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  ParameterAlreadyExists,
  ParameterNotFound,
  PutParameterCommand,
  paginateGetParametersByPath,
  SSMClient,
} from './seldom-clients';
import { sendingOptions } from './sending-options';

/** Folders of parameters, below {@link claimPrefix}. */
type Folder = 'databases' | 'tables' | 'former';

/**
 * Claims as SSM parameters: a register that all stacks of an account and region share, whatever ledger each keeps.
 * PutParameter without Overwrite is an atomic "create unless it exists" (aws-facts SSM-1).
 */
export class SsmClaims implements Claims {
  constructor(private readonly client = new SSMClient(sendingOptions())) {}

  async claim(names: readonly ClaimName[], claim: Claim): Promise<TakenClaim | undefined> {
    const taken: ClaimName[] = [];
    for (const name of names) {
      const { isNew, owner } = await this.take(name, claim);
      if (isNew) taken.push(name);
      const other = owner ?? (await this.clashing(name, claim));
      if (!other) continue;
      await this.release(taken, claim);
      return other;
    }
    return undefined;
  }

  private async take(name: ClaimName, claim: Claim): Promise<{ isNew: boolean; owner?: TakenClaim }> {
    if (await this.put(folderOf(name), name, claim, false)) return { isNew: true };
    const owner = await this.get(folderOf(name), name);
    if (!owner) return this.take(name, claim);
    return isSame(owner, claim) ? { isNew: false } : { isNew: false, owner: { name, owner } };
  }

  /**
   * Tables clash also under other names: a prefix with what begins with it. Each looks after it has put its own, so of two
   * at the same time at least one sees the other.
   */
  private async clashing(name: ClaimName, claim: Claim): Promise<TakenClaim | undefined> {
    if (name.kind === 'database') return undefined;
    const others = (await this.all('tables')).filter(({ owner }) => !isSame(owner, claim));
    return others.find((other) => claimsClash(name, other.name));
  }

  async release(names: readonly ClaimName[], owner: Pick<Claim, 'scope' | 'stackId'>): Promise<void> {
    for (const name of names) {
      const current = await this.get(folderOf(name), name);
      if (current && isSame(current, owner)) await this.delete(folderOf(name), name);
    }
  }

  async list(): Promise<readonly TakenClaim[]> {
    const formers = (await this.all('former')).map((claim) => ({ ...claim, isFormer: true }));
    return [...(await this.all('databases')), ...(await this.all('tables')), ...formers];
  }

  async noteFormer(names: readonly ClaimName[], owner: Claim): Promise<void> {
    for (const name of names) await this.put('former', name, owner, true);
  }

  async former(names: readonly ClaimName[]): Promise<Claim | undefined> {
    for (const name of names) {
      const owner = await this.get('former', name);
      if (owner) return owner;
    }
    return undefined;
  }

  async forgetFormer(names: readonly ClaimName[]): Promise<void> {
    for (const name of names) await this.delete('former', name);
  }

  /** False when there is one already, which is left as it is unless it may be overwritten. */
  private async put(folder: Folder, name: ClaimName, claim: Claim, Overwrite: boolean): Promise<boolean> {
    const { scope, stackId, since, ledger } = claim;
    const value = { scope, stackId, since, ledger, kind: name.kind, name: name.name.slice(0, longestName) };
    const put = new PutParameterCommand({
      Name: parameterOf(folder, name),
      Type: 'String',
      Value: JSON.stringify(value),
      Overwrite,
      Description:
        folder === 'former'
          ? 'Which ledger knows a database that a DatabaseMigrations construct left.'
          : 'Which DatabaseMigrations construct owns a database. `migrations unlock --claim` removes it when its stack is gone.',
    });
    try {
      await patiently(() => this.client.send(put));
      return true;
    } catch (error) {
      if (error instanceof ParameterAlreadyExists) return false;
      throw error;
    }
  }

  private async get(folder: Folder, name: ClaimName): Promise<Claim | undefined> {
    try {
      const { Parameter } = await patiently(() =>
        this.client.send(new GetParameterCommand({ Name: parameterOf(folder, name) })),
      );
      return JSON.parse(Parameter?.Value ?? '{}') as Claim;
    } catch (error) {
      if (error instanceof ParameterNotFound) return undefined;
      throw error;
    }
  }

  private async delete(folder: Folder, name: ClaimName): Promise<void> {
    try {
      await patiently(() => this.client.send(new DeleteParameterCommand({ Name: parameterOf(folder, name) })));
    } catch (error) {
      if (!(error instanceof ParameterNotFound)) throw error;
    }
  }

  private async all(folder: Folder): Promise<readonly TakenClaim[]> {
    return patiently(async () => {
      const found: TakenClaim[] = [];
      const pages = paginateGetParametersByPath({ client: this.client }, { Path: claimPrefix + folder });
      for await (const { Parameters = [] } of pages) {
        for (const { Value = '{}' } of Parameters) {
          const { kind, name, ...owner } = JSON.parse(Value) as ClaimName & Claim;
          found.push({ name: { kind, name }, owner });
        }
      }
      return found;
    });
  }
}

/** Characters; a parameter holds 4 KB. Longer names are told apart by the digest in their parameter's name. */
const longestName = 1024;

function isSame(a: Pick<Claim, 'scope' | 'stackId'>, b: Pick<Claim, 'scope' | 'stackId'>): boolean {
  return a.scope === b.scope && a.stackId === b.stackId;
}

function folderOf({ kind }: ClaimName): Folder {
  return kind === 'database' ? 'databases' : 'tables';
}

/** Names hold characters that parameter names cannot. */
function parameterOf(folder: Folder, { kind, name }: ClaimName): string {
  return `${claimPrefix}${folder}/${sha256(`${kind} ${name}`).slice(0, 40)}`;
}
