import { noCounts } from '../../../core/data/counts';
import type {
  AheadWork,
  Asked,
  Clock,
  Control,
  ImageBatch,
  LeftItem,
  Pass,
  Segment,
  Segments,
} from '../../../core/ports';

class PassRecords {
  readonly segments = new Map<number, Segment>();
  readonly images: ImageBatch[] = [];
  readonly left = new Map<string, LeftItem>();
  control: Control | undefined;
}

/** The rules of work in segments without a store. */
export class MemorySegments implements Segments {
  private readonly passes = new Map<string, PassRecords>();
  private readonly begunAhead = new Map<string, AheadWork>();
  private readonly wishes = new Map<string, Asked>();

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  private of({ scope, deployment, key, step, direction }: Pass): PassRecords {
    const name = [scope, deployment, key, step, direction].join(' ');
    const records = this.passes.get(name) ?? new PassRecords();
    this.passes.set(name, records);
    return records;
  }

  async list(pass: Pass): Promise<readonly Segment[]> {
    return [...this.of(pass).segments.values()].sort((a, b) => a.number - b.number);
  }

  async take(pass: Pass, number: number, of: number, worker: string, until: number): Promise<Segment | undefined> {
    const { segments } = this.of(pass);
    const found = segments.get(number);
    const now = this.clock.now();
    if (found?.state === 'done' || (found?.worker !== undefined && found.leaseUntil > now)) return undefined;
    const fresh = { number, of, counts: noCounts, startedAt: new Date(now).toISOString() };
    const token = (found?.token ?? 0) + 1;
    const taken: Segment = {
      ...fresh,
      ...found,
      failure: undefined,
      state: 'running',
      worker,
      token,
      leaseUntil: until,
    };
    segments.set(number, taken);
    return taken;
  }

  async save(pass: Pass, segment: Segment): Promise<boolean> {
    const { segments } = this.of(pass);
    const found = segments.get(segment.number);
    if (found?.token !== segment.token || found.worker === undefined) return false;
    segments.set(segment.number, structuredClone(segment));
    return true;
  }

  async control(pass: Pass): Promise<Control> {
    return this.of(pass).control ?? { state: 'running' };
  }

  async setControl(pass: Pass, control: Control): Promise<void> {
    this.of(pass).control = control;
  }

  async beginControl(pass: Pass, control: Control): Promise<void> {
    this.of(pass).control ??= control;
  }

  async asked(scope: string, migration: string): Promise<Asked> {
    return this.wishes.get(`${scope} ${migration}`) ?? {};
  }

  async ask(scope: string, migration: string, asked: Asked): Promise<void> {
    this.wishes.set(`${scope} ${migration}`, asked);
  }

  async keepImages(pass: Pass, batch: ImageBatch): Promise<void> {
    this.of(pass).images.push(structuredClone(batch));
  }

  async images(pass: Pass, segment: number, before = Number.POSITIVE_INFINITY): Promise<ImageBatch | undefined> {
    const batches = this.of(pass).images.filter((batch) => batch.segment === segment && batch.number < before);
    return batches.sort((a, b) => b.number - a.number)[0];
  }

  async noteLeft(pass: Pass, items: readonly LeftItem[]): Promise<void> {
    for (const item of items) this.of(pass).left.set(item.key, item);
  }

  async left(pass: Pass, limit: number): Promise<readonly LeftItem[]> {
    return [...this.of(pass).left.values()].slice(0, limit);
  }

  async forgetImages(pass: Pass, _stopBy: number): Promise<boolean> {
    this.of(pass).images.length = 0;
    return true;
  }

  async aheads(scope: string): Promise<readonly AheadWork[]> {
    return [...this.begunAhead].flatMap(([key, work]) => (key.startsWith(`${scope} `) ? [work] : []));
  }

  async keepAhead(scope: string, work: AheadWork): Promise<void> {
    this.begunAhead.set(`${scope} ${work.migration}`, structuredClone(work));
  }

  async forgetAhead(scope: string, work: AheadWork, _stopBy: number): Promise<boolean> {
    const prefix = `${[scope, work.deployment, work.key, work.step].join(' ')} `;
    for (const name of this.passes.keys()) if (name.startsWith(prefix)) this.passes.delete(name);
    this.begunAhead.delete(`${scope} ${work.migration}`);
    return true;
  }

  /** Names of the passes of which something is kept. */
  get passNames(): readonly string[] {
    return [...this.passes.keys()];
  }
}
