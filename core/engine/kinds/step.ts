import type { Action } from '../../bundle/bundle';
import type { MigrationRecord, Observation } from '../../ledger/state';
import type { MigrationModule, Target } from '../../ports';

/** What a step may use. */
export interface StepContext {
  readonly migration: MigrationRecord;
  /** The source file, for errors. */
  readonly file: string;
  readonly target: Target;
  /** Which part of the migration the step belongs to, and its number in it from 0. */
  readonly phase: 'up' | 'down' | 'contract';
  readonly step: number;
  /** An earlier process began this step, and nobody knows how far it came. */
  readonly resumed: boolean;
  /** The compiled module of a migration that runs code. */
  readonly module: () => Promise<MigrationModule>;
}

/** `waiting`: begun, not over; to be called again later. `foreign`: another deployment had done it before. */
export type StepResult = 'done' | 'waiting' | 'foreign';

/**
 * One kind of step. Each function may be called again after a crash at any point of an earlier call, and then finds out
 * by looking what happened.
 */
export interface StepKind<A extends Action> {
  /** For people, for example `createTable mealPlans`. */
  describe(action: A): string;
  /** Observes what the step will touch, before anything is done. Null when the step shares a transaction with its record. */
  observe(action: A, context: StepContext): Promise<Observation | null>;
  apply(action: A, context: StepContext, before: Observation | undefined): Promise<StepResult>;
  /** Takes back `apply`, computed from what was observed before. Null when the migration's own `down` does it. */
  invert: ((action: A, context: StepContext, before: Observation) => Promise<StepResult>) | null;
}
