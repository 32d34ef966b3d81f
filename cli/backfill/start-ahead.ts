import { randomUUID } from 'node:crypto';
import type { BundledMigration } from '../../core/bundle/bundle';
import { LatencyBudgets } from '../../core/data/latency-budgets';
import { usualPage } from '../../core/data/segment-work';
import { type AheadRequest, beginAhead } from '../../core/engine/ahead/begin-ahead';
import { type AheadResult, type AheadTools, aheadPass, workAhead } from '../../core/engine/ahead/work-ahead';
import type { AheadWork } from '../../core/ports';
import type { TargetProperties } from '../../core/wire';
import { deployedTargets } from '../deployed-targets';
import { exitCodes } from '../exit-codes';
import type { ScopeAccess } from '../ledger-access';
import { evaluateHere } from '../ledger-ports';
import type { Report, Terminal } from '../output';
import { underLease } from '../under-lease';
import { chooseDataMigration, type LocalMigrations } from './local-migrations';
import { watchWhile } from './watch';

export interface StartOptions {
  /** Version or id of the migration, unless only one is pending. */
  readonly targetVersion?: string;
  readonly segments?: number;
  readonly rate?: AheadRequest['rate'];
}

/** Does the work of a pending data migration of the working tree, in this process. */
export async function startAhead(
  access: ScopeAccess,
  { bundle }: Pick<LocalMigrations, 'bundle'>,
  { targetVersion, segments, rate }: StartOptions,
  terminal: Terminal,
): Promise<Report> {
  const targets = await deployedTargets(access);
  const { work, migration } = await underLease(access, 'backfill-start', async (run) => {
    const migration = chooseDataMigration(bundle, run.state, targetVersion);
    const work = await beginAhead(run, { migration, targets, segments: segments || undefined, rate });
    return { work, migration };
  });
  const tools = await toolsFor(access, migration, targets);
  const pass = aheadPass(access.scope, work, 'forward');
  const result = await watchWhile(access, pass, terminal, workAhead(access.ports, work, tools));
  return report(access.scope, work, result);
}

/** How many segments are worked on at the same time. */
const workers = 8;

/** What this process takes to work on a migration that was compiled here. */
export async function toolsFor(
  { scope }: ScopeAccess,
  migration: Pick<BundledMigration, 'file'> & Partial<BundledMigration>,
  targets: Readonly<Record<string, TargetProperties>>,
): Promise<AheadTools> {
  const evaluated = migration.code === undefined ? undefined : await evaluateHere(migration as BundledMigration);
  const { codeLines = [], ...functions } = evaluated ?? {};
  const limits = { pageSize: usualPage, workers, budgets: new LatencyBudgets(workers) };
  return { scope, file: migration.file, functions, codeLines, targets, process: `cli ${randomUUID()}`, limits };
}

function report(scope: string, { migration, action }: AheadWork, { state, counts }: AheadResult): Report {
  const { read, updated, inserted, deleted, failed } = counts;
  const changed = updated + inserted + deleted;
  const text =
    state === 'done'
      ? `${scope}: ${migration} is done ahead, ${read} items read and ${changed} changed. The deployment that applies it passes by them.`
      : `${scope}: a deployment has begun ${migration}. It passes by the segments that were done ahead, and does the others.`;
  return {
    data: { scope, migration, state, counts },
    text,
    exitCode: failed > action.mayFail ? exitCodes.failed : exitCodes.success,
  };
}
