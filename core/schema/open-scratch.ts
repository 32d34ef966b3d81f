import { sha256 } from '../bundle/checksum';
import { hasCode } from '../errors/index';
import type { HistoryMark, SchemaDatabase, Scratch, SqlDatabase } from '../ports';
import type { Comparing } from './comparing';
import { digestOf } from './scratch-steps';

/** A scratch database that is ready for steps. */
export interface OpenScratch extends Scratch {
  readonly sql: SqlDatabase;
  /** Tells its work from any other. */
  readonly digest: string;
  /** Of its steps, which an earlier call did. */
  readonly known: readonly HistoryMark[];
  /** It was made anew once, after an earlier call had left it in doubt. */
  readonly isAnew: boolean;
}

/**
 * Opens the scratch database of a comparison. One that a dead process left has the same name, and is gone on with if it was made
 * of the same migrations; otherwise it is dropped and made anew. Undefined while an earlier call is still at work in it.
 */
export async function openScratch(schema: SchemaDatabase, comparing: Comparing): Promise<OpenScratch | undefined> {
  const digest = digestOf(comparing.migrations);
  const scratch = await schema.scratch(scratchName(comparing));
  const marks = await prepared(scratch);
  if (!marks) return undefined;
  if (marks.every(({ deployment }) => deployment === digest)) return opened(scratch, digest, marks);
  await scratch.drop();
  const fresh = await schema.scratch(scratchName(comparing));
  const none = await prepared(fresh);
  return none && opened(fresh, digest, none);
}

/** Drops a scratch database that an earlier call left in doubt, and opens it anew, once. */
export async function openAnew(
  schema: SchemaDatabase,
  comparing: Comparing,
  doubtful: OpenScratch,
): Promise<OpenScratch | undefined> {
  const { digest } = doubtful;
  await doubtful.drop();
  const scratch = await schema.scratch(scratchName(comparing));
  if (!(await prepared(scratch))) return undefined;
  const mark = { id: anew, phase: 'up', step: 0, checksum: digest, deployment: digest } as const;
  await scratch.target.sql?.runSection({ change: 'add', mark, statements: [], verify: [], attempt: digest });
  return opened(scratch, digest, [mark]);
}

/** Of a scope and a target, so that whoever comes after a dead process finds what that left. */
export function scratchName({ scope, target, purpose }: Pick<Comparing, 'scope' | 'target' | 'purpose'>): string {
  return `cdkm_scratch_${sha256([scope, target, purpose].join('\n')).slice(0, 11)}`;
}

/** No migration has this id. */
const anew = 'scratch made anew';

async function prepared({ target }: Scratch): Promise<readonly HistoryMark[] | undefined> {
  try {
    await target.prepare();
    return (await target.history()) ?? [];
  } catch (error) {
    if (hasCode(error, 'DATABASE_BUSY')) return undefined;
    throw error;
  }
}

function opened(scratch: Scratch, digest: string, marks: readonly HistoryMark[]): OpenScratch {
  return {
    target: scratch.target,
    drop: () => scratch.drop(),
    sql: scratch.target.sql!,
    digest,
    known: marks.filter(({ id }) => id !== anew),
    isAnew: marks.some(({ id }) => id === anew),
  };
}
