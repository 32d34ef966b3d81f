import { kindOf, type StepContext, type StepResult } from '../engine/kinds/index';
import { type ErrorCode, hasCode, MigrationError } from '../errors/index';
import type { MigrationRecord } from '../ledger/state';
import type { SchemaDatabase } from '../ports';
import type { Comparing } from './comparing';
import { type OpenScratch, openAnew } from './open-scratch';
import { withinScratch } from './refuse-beyond';
import { type ScratchStep, scratchSteps } from './scratch-steps';

/** Runs the steps that earlier calls did not, and answers the scratch database when it has them all. */
export async function runOnScratch(
  scratch: OpenScratch,
  schema: SchemaDatabase,
  comparing: Comparing,
): Promise<OpenScratch | 'running'> {
  try {
    return (await runSteps(scratch, schema, comparing)) ? scratch : 'running';
  } catch (error) {
    if (hasCode(error, 'DATABASE_BUSY')) return 'running';
    if (!hasCode(error, 'SCRATCH_FAILED')) throw error;
    // A process that died in a statement may have left its effect without the mark that says so.
    const isInDoubt = scratch.known.length > 0 && !scratch.isAnew;
    if (!isInDoubt) {
      await scratch.drop();
      throw error;
    }
  }
  const fresh = await openAnew(schema, comparing, scratch);
  return fresh ? runOnScratch(fresh, schema, comparing) : 'running';
}

/** False when there was no time for all of them. */
async function runSteps(scratch: OpenScratch, schema: SchemaDatabase, comparing: Comparing): Promise<boolean> {
  const steps = scratchSteps(comparing.migrations, scratch.target);
  for (const step of steps) {
    if (isKnown(scratch, step)) continue;
    if (comparing.clock.now() >= comparing.stopBy) return false;
    if (!(await perform(contextOf(step, steps, scratch, schema, comparing), step, comparing))) return false;
  }
  return true;
}

function isKnown({ known }: OpenScratch, { migration, phase, number }: ScratchStep): boolean {
  return known.some((mark) => mark.id === migration.id && mark.phase === phase && mark.step === number);
}

/** Milliseconds between looks at a statement that the database still runs. */
const pollInterval = 500;

async function perform(context: StepContext, { action }: ScratchStep, comparing: Comparing): Promise<boolean> {
  const kind = kindOf(action);
  try {
    const before = kind.durability === 'transaction' ? undefined : await kind.observe(action, context);
    for (let resumed = false; ; resumed = true) {
      const result: StepResult = await kind.perform(action, { ...context, resumed }, before);
      if (result !== 'wait') return true;
      if (comparing.clock.now() >= comparing.stopBy) return false;
      await comparing.clock.sleep(pollInterval);
    }
  } catch (error) {
    if (error instanceof MigrationError && ofMigrations.includes(error.code)) throw failed(error, context);
    throw error;
  }
}

/** What a migration does not survive on an empty database. Other errors say nothing about it. */
const ofMigrations: readonly ErrorCode[] = [
  'STATEMENT_FAILED',
  'STATEMENT_TIMEOUT',
  'CODE_FAILED',
  'INDEX_EXISTS',
  'OUTCOME_UNKNOWN',
  'IMPLICIT_COMMIT',
];

function failed(error: MigrationError, { migration, file }: StepContext): MigrationError {
  const { sqlState, statement } = error.payload as { readonly sqlState?: string; readonly statement?: string };
  const message = `${migration.id} was applied to the live database, and fails on an empty one: ${error.message}`;
  return new MigrationError('SCRATCH_FAILED', message, {
    payload: { migration: migration.id, sqlState, statement },
    location: error.location ?? { file },
    hint: 'If it needs what is not in a new database, such as a role, an extension or rows, provide that on a server of your own, and compare there with --scratch URL.',
    cause: error,
  });
}

function contextOf(
  { migration, phase, number }: ScratchStep,
  steps: readonly ScratchStep[],
  { target, digest }: OpenScratch,
  schema: SchemaDatabase,
  comparing: Comparing,
): StepContext {
  const { clock, stopBy } = comparing;
  return {
    migration: recordOf(migration, digest),
    file: migration.file,
    target,
    phase,
    step: number,
    isWholePhase: !steps.some(
      (other) => other.migration === migration && other.phase === phase && other.number !== number,
    ),
    verify: [],
    attempt: `${digest} ${clock.now()}`,
    resumed: false,
    mayWaitForLock: () => clock.now() < stopBy,
    note: () => undefined,
    module: async () => withinScratch(await comparing.module(migration), migration, schema),
    now: () => clock.now(),
    waitsFor: () => undefined,
    record: async () => undefined,
    // Only steps that work on items use it, and of those there are none.
    data: {} as StepContext['data'],
  };
}

/** As the ledger would have it, if it knew of the scratch database. */
function recordOf(
  { phases: _phases, dependsOn: _dependsOn, ...entry }: ScratchStep['migration'],
  digest: string,
): MigrationRecord {
  const { id, target, version, name, kind, checksum, irreversible } = entry;
  return {
    ...{ id, target, version, name, kind, checksum, irreversible },
    key: `scratch ${id}`,
    identity: 'scratch',
    state: 'applying',
    deployment: digest,
    position: 0,
    contract: 'none',
  };
}
