/**
 * The phases of a deployment, in one table. A strategy (core/protocol/strategies) is an ordered list of them.
 *
 * - `level`: a deployment phase runs once for the whole deployment, a migration phase for each migration.
 * - `runs`: `plan` before anything is changed or recorded, `forward` before CloudFormation is answered, `commit` after
 *   the stack update succeeded, `roll-back` while a deployment is rolled back.
 * - `undoneBy`: what undoes it: the phase `down` (or the inverse of each step, see the step kinds), the phase itself
 *   (`self`), or nothing, because it leaves nothing behind (`nothing`) or runs past the point of no return (`never`).
 */
export const phases = {
  /** What is migrated can also be reached when it has to be undone. */
  doors: { level: 'deployment', runs: 'plan', undoneBy: 'nothing' },
  /** What an earlier construct knew of the databases is not left behind. */
  'former-ledger': { level: 'deployment', runs: 'plan', undoneBy: 'nothing' },
  /** At most one scope migrates a database (G4). */
  claims: { level: 'deployment', runs: 'plan', undoneBy: 'self' },
  /** The databases know what the ledger says was applied to them. */
  histories: { level: 'deployment', runs: 'plan', undoneBy: 'self' },
  /** A database that exists is as the migrations produce it that are recorded as applied without running. */
  baseline: { level: 'deployment', runs: 'plan', undoneBy: 'down' },
  /** What was done ahead was done by the migrations that are applied. */
  ahead: { level: 'deployment', runs: 'plan', undoneBy: 'nothing' },
  /** The author's `up`. */
  up: { level: 'migration', runs: 'forward', undoneBy: 'down' },
  /** Works through the items of tables (core/data). */
  backfill: { level: 'migration', runs: 'forward', undoneBy: 'down' },
  /** Questions to the database that must all be answered with true. */
  verify: { level: 'migration', runs: 'forward', undoneBy: 'nothing' },
  /** The backfill once more, for what the former release of the application wrote until it was replaced. */
  sweep: { level: 'migration', runs: 'commit', undoneBy: 'never' },
  /** What must not happen while a rollback is still possible (G2). */
  contract: { level: 'migration', runs: 'commit', undoneBy: 'never' },
  /** The author's `down`. */
  down: { level: 'migration', runs: 'roll-back', undoneBy: 'nothing' },
} as const satisfies Readonly<Record<string, PhaseRow>>;

interface PhaseRow {
  readonly level: 'deployment' | 'migration';
  readonly runs: Moment;
  readonly undoneBy: 'down' | 'self' | 'nothing' | 'never';
}

/** When a phase runs. */
export type Moment = 'plan' | 'forward' | 'commit' | 'roll-back';

type PhaseTable = typeof phases;
type NamesOf<Level extends PhaseRow['level']> = {
  [Name in keyof PhaseTable]: PhaseTable[Name]['level'] extends Level ? Name : never;
}[keyof PhaseTable];

/** A phase that runs once for a whole deployment. */
export type DeploymentPhaseName = NamesOf<'deployment'>;

/** A phase of one migration. */
export type PhaseName = NamesOf<'migration'>;

export function isMigrationPhase(name: DeploymentPhaseName | PhaseName): name is PhaseName {
  return phases[name].level === 'migration';
}
