import type { Action, Statement } from '../../bundle/bundle';
import type { PhaseName } from '../../bundle/phases';
import type { MigrationRecord, Observation } from '../../ledger/state';
import type { MigrationModule, Target } from '../../ports';
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
  /** Says in the audit trail how the step was done. */
  readonly note: (how: 'instantly') => void;
  /** The compiled module of a migration that runs code. */
  readonly module: () => Promise<MigrationModule>;
}

/** `foreign`: another deployment had done it before. */
export type StepResult = Exclude<Progress, 'continue'> | 'foreign';

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
  /** `segments`: the ledger also holds how far each segment of a long step came (`Ledger.segments`), where it resumes. */
  readonly durability: 'journal' | 'segments';
  /**
   * `invert`: from what was observed before. `before-image`: from the copies that it kept of what it changed. `down`: as
   * above. `nothing`: it leaves nothing behind.
   */
  readonly undoneBy: 'invert' | 'before-image' | 'down' | 'nothing';
  readonly verifiesInTransaction?: false;
  /** What the step will touch, before anything is done. @throws when the step cannot be done */
  observe(action: A, context: StepContext): Promise<Observation | undefined>;
  /** Makes sure that the step has not happened, whether or not it had, or finds out that it did. */
  invert(action: A, context: StepContext, before: Observation | undefined): Promise<InvertResult>;
}
