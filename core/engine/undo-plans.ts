import type { BundledMigration, Phase } from '../bundle/bundle';
import { canonicalJson, sha256 } from '../bundle/checksum';
import { hasCode, MigrationError } from '../errors/index';
import type { MigrationRecord, PlannedUndo, UndoPlan } from '../ledger/state';
import type { BundleLocation } from '../wire';
import type { RequestRun } from './request-run';
import { Seals } from './seals';

/**
 * Bytes of JSON. Phases up to this size are kept in the ledger; larger ones stay in the bundle, which is in S3 under its
 * digest (docs/adr/0005-large-undo-plans-stay-in-their-bundle.md). DynamoDB takes items up to 400 KB (aws-facts DDB-4), and a large item makes every write expensive.
 */
const largestInLedger = 100_000;

/** How many undo plans are read at once. */
const batch = 50;

/** The plan that undoes a migration, to be written before its first step. */
export function undoPlanFor(key: string, migration: BundledMigration, bundle: BundleLocation): UndoPlan {
  const { file, phases } = migration;
  const body = canonicalJson(phases);
  const isLarge = new TextEncoder().encode(body).length > largestInLedger;
  const needsBundle = isLarge || migration.code !== undefined;
  return {
    key,
    file,
    ...(isLarge ? { digest: sha256(new TextEncoder().encode(body)) } : { phases }),
    ...(needsBundle && { bundle }),
  };
}

/** An undo plan whose phases are at hand. */
export interface ReadyUndo extends PlannedUndo {
  readonly phases: readonly Phase[];
}

/** Reads undo plans, many with one call, and finds the phases of those that are left in their bundle. */
export class UndoPlans {
  private readonly ready = new Map<string, ReadyUndo>();
  private upcoming: readonly MigrationRecord[] = [];
  private readonly seals: Seals;

  constructor(private readonly request: RequestRun) {
    this.seals = new Seals(request);
  }

  /** Says which migrations will be asked for, in that order. */
  expect(records: readonly MigrationRecord[]): void {
    this.upcoming = records;
  }

  async of(record: MigrationRecord): Promise<ReadyUndo> {
    if (!this.ready.has(record.key)) await this.read(record);
    const found = this.ready.get(record.key);
    this.ready.delete(record.key);
    if (found) return found;
    throw new Error(`The ledger has no undo plan for ${record.key}.`);
  }

  private async read(record: MigrationRecord): Promise<void> {
    const from = this.upcoming.findIndex(({ key }) => key === record.key);
    const records = from < 0 ? [record] : this.upcoming.slice(from, from + batch);
    if (from >= 0) this.upcoming = this.upcoming.slice(from + batch);
    const byKey = new Map(records.map((one) => [one.key, one]));
    const { ledger } = this.request.ports;
    for (const planned of await ledger.undoPlans(this.request.state.scope, [...byKey.keys()])) {
      await this.seals.check(planned.plan);
      const phases = planned.plan.phases ?? (await this.phasesInBundle(planned.plan, byKey.get(planned.plan.key)!));
      this.ready.set(planned.plan.key, { ...planned, phases });
    }
  }

  private async phasesInBundle({ bundle, digest }: UndoPlan, { id }: MigrationRecord): Promise<readonly Phase[]> {
    const { open, applied } = this.request.state;
    // A later revision has the migration too, if the bundle that applied it was deleted from its bucket.
    const revisions = [...open.flatMap(({ from, to }) => [from, to]), applied];
    const candidates = [bundle, ...revisions.map((revision) => revision?.bundle)].filter((one) => one !== undefined);
    let missing: unknown;
    for (const location of candidates) {
      try {
        const { migrations } = await this.request.ports.bundles.load(location);
        const phases = migrations.find((migration) => migration.id === id)?.phases;
        if (phases && sha256(new TextEncoder().encode(canonicalJson(phases))) === digest) return phases;
      } catch (error) {
        if (!hasCode(error, 'BUNDLE_MISSING')) throw error;
        missing = error;
      }
    }
    throw (
      missing ??
      new MigrationError('BUNDLE_DIGEST_MISMATCH', `The bundle no longer contains ${id} as it was applied.`, {
        payload: { digest: digest! },
        hint: 'Upload the bundle that applied the migration again, then run `migrations repair`.',
      })
    );
  }
}
