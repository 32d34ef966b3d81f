import type { Action, Statement } from '../../bundle/bundle';
import type { DataPlace } from '../../bundle/data-action';
import type { PhaseName } from '../../bundle/phases';
import type { Observation } from '../../ledger/observation';
import type { MigrationRecord } from '../../ledger/state';
import type { Clock, LockWait, MigrationModule, Target } from '../../ports';
import type { Pass, Segments } from '../../ports/segments';
import type { PassWork } from '../pass-work';
import type { Progress } from '../progress';

/** What a step does: an action, or a statement of one that cannot be part of a transaction. */
export type StepAction = Action | DdlAction;

export interface DdlAction {
  readonly type: 'ddl';
  readonly statement: Statement;
}

/** What a step may use. */
export interface StepContext {
  readonly migration: MigrationRecord;
  /** The source file, for errors. */
  readonly file: string;
  readonly target: Target;
  /** Which part of the migration the step belongs to, and its number in it from 0. */
  readonly phase: PhaseName;
  readonly step: number;
  /** The phase has no other step. */
  readonly isWholePhase: boolean;
  /** Verification that the step includes in its transaction, when its kind can. */
  readonly verify: readonly Statement[];
  /** Names the request, so that a call which was lost is told apart from a new attempt. */
  readonly attempt: string;
  /** An earlier call began this step, and it is not known how far it came. */
  readonly resumed: boolean;
  /** Epoch milliseconds at which the step was begun for this request, by whichever process; of a step with a journal. */
  readonly begunAt?: number;
  /** Whether a section that did not get a lock is to be tried again. */
  readonly mayWaitForLock: (wait: LockWait) => boolean;
  /** Says in the audit trail how the step was done. */
  readonly note: (how: 'instantly') => void;
  /** The compiled module of a migration that runs code. */
  readonly module: () => Promise<MigrationModule>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Says what a step waits for, for whoever waits for the step. */
  readonly waitsFor: (wait: Wait) => void;
  /** Records an event of the migration, now. */
  readonly record: (event: string, detail: Readonly<Record<string, unknown>>) => Promise<void>;
  readonly data: DataContext;
}

/** What a step that works in segments needs besides. */
interface DataContext {
  readonly pass: Omit<Pass, 'direction'>;
  readonly segments: Segments;
  readonly clock: Clock;
  /** Epoch milliseconds after which the work must have ended, or go on after the answer. */
  readonly deadline?: number;
  targetOf(name: string): Promise<Target>;
  /** Whether this deployment has made a table, and deletes it when it is rolled back. */
  hasMade(place: DataPlace): Promise<boolean>;
  /** Notes what was done, in the history. */
  report(event: string, detail: Readonly<Record<string, unknown>>): void;
  /** Counts items that taking back left as somebody else had made them. */
  leave(items: number): void;
  /** Says something in the answer. */
  tell(sentence: string): void;
  /** Gives workers segments to do, before the step is performed again. */
  begin(work: PassWork): void;
}

/** What a step waits for. */
export interface Wait {
  /** Completes the sentence `It waited for ...`. */
  readonly what: string;
  /** What can be done when that takes too long. */
  readonly hint?: string;
  /** The logical name of the table that is not ready. */
  readonly table?: string;
}

/** `foreign`: another deployment had done it before. `building`: the database does it by itself, and nobody need wait. */
export type StepResult = Exclude<Progress, 'continue'> | 'foreign' | 'building';

/** `happened`: the step took effect and cannot be inverted by itself, so the migration's `down` must undo it. */
export type InvertResult = Exclude<Progress, 'continue'> | 'happened';

/**
 * One kind of step: how its effect is made durable, and how it is undone. Each function may be called again after a
 * crash at any point of an earlier call, and then finds out by looking what happened.
 */
export type StepKind<A extends StepAction> = TransactionKind<A> | JournalKind<A>;

interface Performs<A extends StepAction> {
  perform(action: A, context: StepContext, before: Observation | undefined): Promise<StepResult>;
}

/** The effect and its record in the database's own history are one transaction. */
export interface TransactionKind<A extends StepAction> extends Performs<A> {
  readonly durability: 'transaction';
  /** `down`: the migration's own `down` undoes it. */
  readonly undoneBy: 'down';
  /** It can include {@link StepContext.verify} in its transaction. */
  readonly verifiesInTransaction?: boolean;
}

/** The ledger holds the intent before the step acts, and its end afterwards. */
export interface JournalKind<A extends StepAction> extends Performs<A> {
  /** `segments`: the ledger also holds how far each segment of a long step came (`Segments`), where it resumes. */
  readonly durability: 'journal' | 'segments';
  /**
   * `invert`: from what was observed before. `before-image`: from the copies that it kept of what it changed. `down`: as
   * above. `nothing`: it leaves nothing behind.
   */
  readonly undoneBy: 'invert' | 'before-image' | 'down' | 'nothing';
  readonly verifiesInTransaction?: false;
  /**
   * Looks at all steps of a migration before the first of them.
   * @param final those that nothing undoes
   * @throws when they cannot all be done
   */
  refuse?(actions: readonly A[], context: StepContext, final?: readonly A[]): Promise<void>;
  /** What the step will touch, before anything is done. @throws when the step cannot be done */
  observe(action: A, context: StepContext): Promise<Observation | undefined>;
  /** Makes sure that the step has not happened, whether or not it had, or finds out that it did. */
  invert(action: A, context: StepContext, before: Observation | undefined): Promise<InvertResult>;
}
