import type { MigrationId } from '../bundle/bundle';
import type { DataAction } from '../bundle/data-action';
import type { BeforeImage, Checkpoint, Division } from './items';

/** One walk over all items of a step: forward, or to take it back. */
export interface Pass {
  readonly scope: string;
  readonly deployment: string;
  /** Key of the migration. */
  readonly key: string;
  /** Of the step, see `StepId`. */
  readonly step: string;
  readonly direction: 'forward' | 'undo';
}

/** What happened to the items of a segment so far. */
export interface SegmentCounts {
  readonly read: number;
  readonly unchanged: number;
  readonly updated: number;
  readonly deleted: number;
  readonly inserted: number;
  /** Left as the application wrote it meanwhile. */
  readonly kept: number;
  /** Could not be transformed, and were left as they are. */
  readonly failed: number;
  /** Were taken back. */
  readonly restored: number;
  /** Of a check: what would be changed, or is refused by `validate`. */
  readonly wrong: number;
  /** Of a check before a sweep: what has not been transformed, because the application has written it since. */
  readonly former: number;
}

/** How far one segment of a pass came. */
export interface Segment {
  readonly number: number;
  /** How many segments the pass has. */
  readonly of: number;
  readonly state: 'running' | 'done' | 'failed';
  /** Where it continues. Undefined: at its beginning. */
  readonly checkpoint?: Checkpoint;
  readonly counts: SegmentCounts;
  /** Sums of hashes of what was read and of what was written, see core/data/hash-sums. */
  readonly sums?: Readonly<Record<string, string>>;
  /** Who works on it; undefined when nobody does. */
  readonly worker?: string;
  /** Grows each time it is taken. */
  readonly token: number;
  /** Epoch milliseconds until which only that worker may. */
  readonly leaseUntil: number;
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Why it failed. */
  readonly failure?: {
    /** The request for which it failed. Another one tries again. */
    readonly attempt: string;
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    readonly file?: string;
    readonly line?: number;
  };
}

/** What operators ask of a pass; workers look at it before every page. */
export interface Control {
  readonly state: 'running' | 'paused' | 'cancelled';
  /** Items a second, of all workers together; 0: as many as the database takes. Undefined: within the latency budget. */
  readonly rate?: number;
}

/** What operators ask of a data migration before a deployment begins it. It holds for each of its passes when that begins. */
export interface Asked {
  /** How many segments; undefined: as the migration says. */
  readonly segments?: number;
  /** As {@link Control.rate}. */
  readonly rate?: number;
}

/** A data migration that was begun before the deployment that applies it. */
export interface AheadWork {
  readonly migration: MigrationId;
  readonly version: string;
  /** Of the migration as it was then. */
  readonly checksum: string;
  /** As the pass has them, whose `deployment` no deployment has. */
  readonly deployment: string;
  readonly key: string;
  readonly step: string;
  /** What the step does. */
  readonly action: DataAction;
  readonly segments: number;
  readonly division?: Division;
  /** Of the database behind each target that it reaches. */
  readonly identities: Readonly<Record<string, string>>;
  /** Who began it, as in the audit events. */
  readonly actor: string;
  readonly startedAt: string;
  /** It is being taken back. */
  readonly undoing?: boolean;
}

/** Changes that a worker is about to make, kept first. */
export interface ImageBatch {
  readonly segment: number;
  /** Grows within a segment; no two batches have the same, so that nothing that was kept is lost. */
  readonly number: number;
  readonly images: readonly BeforeImage[];
}

/** An item that a pass left as it was. */
export interface LeftItem {
  /** See `ItemTable.keyOf`. */
  readonly key: string;
  /** `failed`: it could not be transformed. `kept`: somebody else wrote it. `wrong`: a check found it otherwise than it must be. */
  readonly why: 'failed' | 'kept' | 'wrong';
  readonly reason: string;
}

/** The durable progress of work in segments. Workers hold a segment under a lease, so that no two write its items. */
export interface Segments {
  /** The segments that were ever taken, by number. */
  list(pass: Pass): Promise<readonly Segment[]>;
  /**
   * Takes a segment that is free, or whose worker's time is over. Undefined when another worker has it, or it has ended.
   * @param until epoch milliseconds
   */
  take(pass: Pass, number: number, of: number, worker: string, until: number): Promise<Segment | undefined>;
  /** Records how far a segment came. False when the worker has lost it: then it may change nothing more. */
  save(pass: Pass, segment: Segment): Promise<boolean>;
  control(pass: Pass): Promise<Control>;
  setControl(pass: Pass, control: Control): Promise<void>;
  /** Sets it unless somebody has set it before. */
  beginControl(pass: Pass, control: Control): Promise<void>;
  asked(scope: string, migration: MigrationId): Promise<Asked>;
  ask(scope: string, migration: MigrationId, asked: Asked): Promise<void>;
  /** Keeps what takes changes back, before they are made. */
  keepImages(pass: Pass, batch: ImageBatch): Promise<void>;
  /** What was kept of one segment, the newest batch first, after a batch. */
  images(pass: Pass, segment: number, before?: number): Promise<ImageBatch | undefined>;
  /** Notes items that were left as they were. The same item again replaces its note. */
  noteLeft(pass: Pass, items: readonly LeftItem[]): Promise<void>;
  /** The first of these notes. */
  left(pass: Pass, limit: number): Promise<readonly LeftItem[]>;
  /** Forgets what was kept to take changes back. False when some are left after this time: epoch milliseconds. */
  forgetImages(pass: Pass, stopBy: number): Promise<boolean>;
  /** What was begun ahead in a scope, one at most of a migration. To be changed under the scope's lease. */
  aheads(scope: string): Promise<readonly AheadWork[]>;
  keepAhead(scope: string, work: AheadWork): Promise<void>;
  /** Forgets it with all that its passes kept. False as {@link forgetImages}: then it is still there. */
  forgetAhead(scope: string, work: AheadWork, stopBy: number): Promise<boolean>;
}
