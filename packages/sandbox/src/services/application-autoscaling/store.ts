import type { StateStore } from '../../state';
import type { Input } from '../input';

/** What is registered, as the requests said it: `RegisterScalableTarget` and so on. */
export type Registered = 'targets' | 'policies' | 'schedules';

type Document = Readonly<Record<Registered, readonly Input[]>>;

const DOCUMENT = 'application-autoscaling.json';
const NOTHING: Document = { targets: [], policies: [], schedules: [] };

/** The member that names each of several on one target. */
const NAMES = { targets: undefined, policies: 'PolicyName', schedules: 'ScheduledActionName' } as const;

/** Scalable targets with their policies and scheduled actions. Nothing is measured here, so nothing is ever scaled. */
export class ScalingStore {
  constructor(
    private readonly state: StateStore,
    private readonly ofDeletedIndex: 'kept' | 'removed' = 'kept',
  ) {}

  list(kind: Registered): readonly Input[] {
    return this.#read()[kind];
  }

  /** Adds one, or changes the members that are given of the one there is. */
  put(kind: Registered, given: Input): Input {
    const isSame = (one: Input) =>
      ['ServiceNamespace', 'ResourceId', 'ScalableDimension', NAMES[kind] ?? 'ServiceNamespace'].every(
        (member) => one[member] === given[member],
      );
    const all = this.list(kind);
    const put = { ...all.find(isSame), ...given };
    this.#write({ ...this.#read(), [kind]: [...all.filter((one) => !isSame(one)), put] });
    return put;
  }

  remove(kind: Registered, isMeant: (one: Input) => boolean): void {
    this.#write({ ...this.#read(), [kind]: this.list(kind).filter((one) => !isMeant(one)) });
  }

  /** DynamoDB begins to delete an index. What becomes of its scaling, AWS says only of tables (aws-facts DDB-19). */
  indexDeleted(table: string, index: string): void {
    if (this.ofDeletedIndex === 'kept') return;
    const others = (kind: Registered) =>
      this.list(kind).filter(({ ResourceId }) => ResourceId !== `table/${table}/index/${index}`);
    this.#write({ targets: others('targets'), policies: others('policies'), schedules: others('schedules') });
  }

  #read(): Document {
    return this.state.read<Document>(DOCUMENT, NOTHING);
  }

  #write(document: Document): void {
    this.state.write(DOCUMENT, document);
  }
}
