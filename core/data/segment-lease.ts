import { MigrationError } from '../errors/index';
import type { Clock } from '../ports/index';
import type { Pass, Segment, Segments } from '../ports/segments';

/**
 * Milliseconds for which a worker holds a segment without saying that it still works. Whoever takes it back, or takes it
 * over, waits for so long.
 */
export const segmentLease = 30_000;

/** A request that is sent has this long to arrive while the lease still holds. */
const safety = segmentLease / 2;

/** Milliseconds by which clocks of two workers may differ. */
export const clockTolerance = 5_000;

/** Far more pages than one worker has time for. */
const mostBatches = 1_000_000;

/** A segment in the hands of a worker. */
export class HeldSegment {
  private isLost = false;
  private batches = 0;

  constructor(
    private readonly segments: Segments,
    private readonly pass: Pass,
    private readonly clock: Clock,
    private held: Segment,
  ) {}

  get segment(): Segment {
    return this.held;
  }

  /** Records how far it came, and holds it for longer. @throws LEASE_LOST */
  async save(change: Partial<Segment>): Promise<void> {
    const leaseUntil = this.clock.now() + segmentLease;
    await this.write({ ...this.held, leaseUntil, ...change });
  }

  /** A number for a batch of images. A worker that comes after a crash has a greater token, and never repeats one. */
  nextBatch(): number {
    this.batches += 1;
    return this.held.token * mostBatches + this.batches;
  }

  /** Gives it back. */
  async release(change: Partial<Segment> = {}): Promise<void> {
    if (this.isLost) return;
    const { worker: _worker, ...rest } = { ...this.held, ...change };
    await this.write({ ...rest, leaseUntil: 0 });
  }

  /** To be called right before every effect: after it, the segment is held for at least as long as a request takes. */
  async guard(): Promise<void> {
    if (this.held.leaseUntil - this.clock.now() < safety) await this.save({});
  }

  private async write(segment: Segment): Promise<void> {
    if (!this.isLost && (await this.segments.save(this.pass, segment))) {
      this.held = segment;
      return;
    }
    this.isLost = true;
    throw new MigrationError('LEASE_LOST', `Segment ${segment.number} of ${this.pass.key} was taken over.`);
  }
}
