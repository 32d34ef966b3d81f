import type { Bundle } from '../../../core/bundle/bundle';
import type { SeedPart, SeedSource } from '../../../core/bundle/seed';
import { MigrationError } from '../../../core/errors/index';
import type {
  Bundles,
  Claim,
  Claims,
  Clock,
  HeldLease,
  MigrationModule,
  Stacks,
  StackView,
  TakenClaim,
  Target,
  Targets,
} from '../../../core/ports';
import { type ClaimName, claimsClash } from '../../../core/protocol/claim-names';
import type { BundleLocation, TargetProperties } from '../../../core/wire';

/** A clock that moves only when `sleep` is called. */
export class MemoryClock implements Clock {
  constructor(public time = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.time;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.time += milliseconds;
  }
}

export class MemoryClaims implements Claims {
  /** By kind and name. */
  readonly owners = new Map<string, TakenClaim>();
  readonly formers = new Map<string, TakenClaim>();

  async claim(names: readonly ClaimName[], claim: Claim): Promise<TakenClaim | undefined> {
    const others = [...this.owners.values()].filter(({ owner }) => !isSame(owner, claim));
    const taken = others.find(({ name }) => names.some((wanted) => claimsClash(wanted, name)));
    if (taken) return taken;
    for (const name of names) {
      if (!this.owners.has(idOf(name))) this.owners.set(idOf(name), { name, owner: claim });
    }
    return undefined;
  }

  async release(names: readonly ClaimName[], owner: Pick<Claim, 'scope' | 'stackId'>): Promise<void> {
    for (const name of names) {
      const current = this.owners.get(idOf(name));
      if (current && isSame(current.owner, owner)) this.owners.delete(idOf(name));
    }
  }

  async list(): Promise<readonly TakenClaim[]> {
    return [...this.owners.values(), ...[...this.formers.values()].map((former) => ({ ...former, isFormer: true }))];
  }

  async noteFormer(names: readonly ClaimName[], owner: Claim): Promise<void> {
    for (const name of names) this.formers.set(idOf(name), { name, owner });
  }

  async former(names: readonly ClaimName[]): Promise<Claim | undefined> {
    return names.map((name) => this.formers.get(idOf(name))?.owner).find((one) => one !== undefined);
  }

  async forgetFormer(names: readonly ClaimName[]): Promise<void> {
    for (const name of names) this.formers.delete(idOf(name));
  }
}

function idOf({ kind, name }: ClaimName): string {
  return `${kind} ${name}`;
}

function isSame(a: Pick<Claim, 'scope' | 'stackId'>, b: Pick<Claim, 'scope' | 'stackId'>): boolean {
  return a.scope === b.scope && a.stackId === b.stackId;
}

export class MemoryStacks implements Stacks {
  readonly views = new Map<string, StackView>();
  /** Identities of the databases that the running operation made reachable. */
  readonly opened = new Set<string>();

  async view(stackId: string): Promise<StackView | undefined> {
    return this.views.get(stackId);
  }

  async opensTarget(_stackId: string, { Identity }: TargetProperties): Promise<boolean> {
    return this.opened.has(Identity);
  }
}

export class MemoryBundles implements Bundles {
  readonly bundles = new Map<string, Bundle>();
  readonly modules = new Map<string, MigrationModule>();
  /** What is beside bundles, by its digest. */
  readonly seeds = new Map<string, Uint8Array>();

  async load(location: BundleLocation): Promise<Bundle> {
    const bundle = this.bundles.get(location.Digest);
    if (bundle) return bundle;
    throw new MigrationError('BUNDLE_MISSING', `There is no bundle ${location.Digest}.`);
  }

  async module(_location: BundleLocation, migration: string): Promise<MigrationModule> {
    return this.modules.get(migration) ?? { codeLines: [] };
  }

  async seedPart(_location: BundleLocation, { digest }: SeedSource, { at, bytes }: SeedPart): Promise<Uint8Array> {
    const seed = this.seeds.get(digest);
    if (seed) return seed.subarray(at, at + bytes);
    throw new MigrationError('BUNDLE_MISSING', `There are no rows ${digest}.`);
  }
}

/** Databases by identity, so that a test can look at them, replace them or take them away. */
export class MemoryTargets implements Targets {
  readonly databases = new Map<string, { open(lease: HeldLease): Target }>();
  /** Identities of databases that are there, but cannot be reached. */
  readonly unreachable = new Set<string>();

  async open(name: string, properties: TargetProperties, session: HeldLease): Promise<Target> {
    if (this.unreachable.has(properties.Identity)) {
      throw new MigrationError('TARGET_UNREACHABLE', `The database of target ${name} cannot be reached: no secret.`);
    }
    const database = this.databases.get(properties.Identity);
    if (!database) throw new MigrationError('TARGET_GONE', `The database of target ${name} does not exist.`);
    return database.open(session);
  }
}
