import { hasCode, MigrationError } from '../../core/errors/index';
import type { ScopeState } from '../../core/ledger/state';
import type { Asked } from '../../core/ports';
import type { ScopeAccess } from '../ledger-access';
import { pendingIn } from '../status/status';
import { chooseDataMigration, type LocalMigrations } from './local-migrations';
import { type PassReport, passesOf } from './passes';

/** What the command line asks: no segments, and the rate `auto`, take back what was asked before. */
export interface AskedNow {
  readonly segments?: number;
  readonly rate?: number | 'auto';
}

export interface AskedReport {
  readonly migration: string;
  /** All that is asked of it now. */
  readonly asked: Asked;
}

/**
 * Notes what is asked of a data migration of the working tree. A deployment finds it when it begins the migration.
 * @param named see {@link chooseDataMigration}
 * @throws SEGMENTS_FIXED, ALREADY_APPLIED, DATA_MIGRATION_UNKNOWN
 */
export async function askBefore(
  access: ScopeAccess,
  local: LocalMigrations,
  named: string | undefined,
  now: AskedNow,
): Promise<AskedReport> {
  const { ports, scope } = access;
  const state = await ports.ledger.load(scope);
  // The rate of passes to come may be asked for also between two of them.
  const begun = now.segments === undefined ? [] : await passesOf(access);
  const id = chosen(local, state, named, begun);
  refuseBegun(begun.filter(({ migration }) => migration === id));
  const isPending = pendingIn(state, local.bundle.migrations).some((migration) => migration.id === id);
  // One that is irreversible works on its items after the commit.
  const isToCome = state.migrations.some((record) => record.id === id && record.contract === 'pending');
  if (!isPending && !isToCome && !isBeingApplied(state.migrations, id)) throw applied(id);
  const known = await ports.segments.asked(scope, id);
  const asked: Asked = {
    segments: now.segments === undefined ? known.segments : now.segments || undefined,
    rate: rateOf(now.rate ?? known.rate),
  };
  await ports.segments.ask(scope, id, asked);
  return { migration: id, asked };
}

/** The check and the sweep of a migration begin with the rate that was asked of the pass before. */
export async function askOfPassesToCome(
  { ports, scope }: Pick<ScopeAccess, 'ports' | 'scope'>,
  open: readonly Pick<PassReport, 'migration'>[],
  rate: NonNullable<AskedNow['rate']>,
): Promise<void> {
  for (const migration of new Set(open.map((pass) => pass.migration))) {
    const { segments } = await ports.segments.asked(scope, migration);
    await ports.segments.ask(scope, migration, { segments, rate: rateOf(rate) });
  }
}

function rateOf(rate: AskedNow['rate']): number | undefined {
  return rate === 'auto' ? undefined : rate;
}

/** Where nothing is pending, what is under way may be meant. */
function chosen(
  { bundle }: LocalMigrations,
  state: ScopeState,
  named: string | undefined,
  begun: readonly PassReport[],
): string {
  try {
    return chooseDataMigration(bundle, state, named).id;
  } catch (error) {
    if (named === undefined && hasCode(error, 'DATA_MIGRATION_UNKNOWN')) refuseBegun(begun);
    throw error;
  }
}

function isBeingApplied(migrations: readonly { readonly id: string; readonly state: string }[], id: string): boolean {
  return migrations.some((record) => record.id === id && record.state !== 'applied');
}

/** @throws SEGMENTS_FIXED when one of these has begun */
function refuseBegun([begun]: readonly PassReport[]): void {
  if (!begun) return;
  const { migration, progress } = begun;
  const { of } = progress.segments;
  throw new MigrationError(
    'SEGMENTS_FIXED',
    `${migration} has begun with ${of} ${of === 1 ? 'segment' : 'segments'}, which cannot be changed any more.`,
    {
      payload: { migration, segments: of },
      hint: 'What its workers have done is recorded by segment. --rate can be changed at any time.',
    },
  );
}

function applied(migration: string): MigrationError {
  return new MigrationError('ALREADY_APPLIED', `${migration} is applied: there is no work left to divide or to slow.`, {
    payload: { migration },
    hint: '`migrations status` lists what is pending.',
  });
}

/** In words, what was asked. */
export function renderAsked(scope: string, { migration, asked: { segments, rate } }: AskedReport): string {
  const parts = [
    segments === undefined
      ? 'in as many segments as it says itself'
      : `in ${segments} ${segments === 1 ? 'segment' : 'segments'}`,
    rateInWords(rate),
  ];
  return `${scope}: when a deployment begins ${migration}, it works ${parts.join(', ')}.`;
}

function rateInWords(rate: number | undefined): string {
  if (rate === undefined) return 'as fast as the application does not feel';
  return rate === 0 ? 'without a limit of its rate' : `with ${rate} items a second at most`;
}
