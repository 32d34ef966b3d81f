import { formatLocation, type MigrationError } from '../errors/index';
import type { Deployment, Failure, MigrationRecord, ScopeState } from '../ledger/state';

const longestStatement = 240;

/** An error as the ledger keeps it. */
export function failureOf(
  error: MigrationError,
  during: Failure['during'],
  requestKey: string,
  migration?: string,
): Failure {
  const statement = error.payload.statement;
  return {
    during,
    code: error.code,
    message: error.message,
    migration,
    file: error.location?.file,
    line: error.location?.line,
    statement: typeof statement === 'string' ? statement : undefined,
    hint: error.hint,
    requestKey,
  };
}

/** How many migrations a reason names. */
const mostNamed = 10;

/** What CloudFormation shows when a deployment succeeded: what was applied, and how long each took. */
export function reasonForApplied(
  { plan, rollbackDisabled }: Deployment,
  records: readonly Pick<MigrationRecord, 'id' | 'durationMs' | 'adopted' | 'baselined' | 'building'>[],
): string {
  const byId = new Map(records.map((record) => [record.id, record]));
  const baselined = plan.filter((id) => byId.get(id)?.baselined);
  const ran = plan.filter((id) => !byId.get(id)?.baselined);
  const named = firstOf(ran).map((id) => {
    const { durationMs, adopted } = byId.get(id) ?? {};
    return `${id}${adopted ? ' (was applied already)' : durationMs === undefined ? '' : ` (${durationMs} ms)`}`;
  });
  const count = `Applied ${plural(ran.length)}`;
  const builds = records.flatMap(({ building = [] }) => building.map(({ what }) => what));
  const more = builds.length === 0 ? '' : ` Not waited for: ${firstOf(builds).join('; ')}.`;
  const there = baselined.length === 0 ? '' : ` Baselined ${plural(baselined.length)}: ${listed(baselined)}`;
  const applied = `${ran.length === 0 ? `${count}.` : `${count}: ${listed(named, ran.length)}`}${there}${more}`;
  return rollbackDisabled
    ? `${applied} Rollback is disabled for this stack: should the operation fail, they stay applied and are not committed until it succeeds or is rolled back.`
    : applied;
}

function plural(count: number): string {
  return `${count} migration${count === 1 ? '' : 's'}`;
}

/** The migrations that a reason names. */
export function firstOf<T>(items: readonly T[]): readonly T[] {
  return items.slice(0, mostNamed);
}

/** The first of these names, and how many more there are. */
export function listed(names: readonly string[], count = names.length): string {
  const first = firstOf(names);
  return `${first.join(', ')}${count > first.length ? ` and ${count - first.length} more` : ''}.`;
}

/** What CloudFormation shows when a deployment failed and was rolled back: what, where, what was undone, what next. */
export function reasonForRolledBack(failure: Failure, itemsLeft = 0): string {
  const { first = [], count = 0 } = failure.undone ?? {};
  const undoing = count === 0 ? 'No migration had been applied.' : `Undone: ${listed(first, count)}`;
  return [
    describeFailure(failure),
    `${undoing} The databases are as they were before this deployment${itemsLeft === 0 ? '' : ', but for what others have changed'}.`,
    ...wordsOnItemsLeft(itemsLeft),
    failure.hint ?? 'Fix the migration and deploy again.',
  ].join(' ');
}

/** Why a deployment is being rolled back. */
export function reasonForRollback(failure: Failure): string {
  return [describeFailure(failure), ...(failure.hint ? [failure.hint] : [])].join(' ');
}

/** A sentence for the answer, or none. */
export function wordsOnItemsLeft(count: number): readonly string[] {
  if (count === 0) return [];
  const items = count === 1 ? '1 item, which somebody has' : `${count} items, which somebody has`;
  return [`Left as it is: ${items} changed since. See \`migrations backfill status\`.`];
}

/** What CloudFormation shows when the rollback itself failed: the database is between two revisions until an operator helps. */
export function reasonForStuck(failure: Failure, deployment: Deployment, state: ScopeState, logicalId: string): string {
  const left = state.migrations.filter((record) => record.deployment === deployment.id).map(({ id }) => id);
  return [
    `The rollback of the databases failed. ${describeFailure(failure)}`,
    ...(failure.hint ? [failure.hint] : []),
    `Not yet undone: ${left.join(', ') || 'none'}.`,
    'To recover: (1) fix the cause, run `migrations repair`, then continue the rollback in CloudFormation;',
    `(2) continue the rollback with ResourcesToSkip=${logicalId}, which rolls back the stack but leaves the database ahead of it until you run \`migrations repair\`;`,
    'or (3) restore the database from a backup, then continue the rollback.',
  ].join(' ');
}

/** What is said of work that waited for the point of no return, and failed. */
export function reasonForCommit(failure: Failure, { purpose }: Deployment): string {
  const { what, next } = commitWords[purpose];
  return [what, describeFailure(failure), ...(failure.hint ? [failure.hint] : []), next].join(' ');
}

const commitWords: Readonly<Record<Deployment['purpose'], { readonly what: string; readonly next: string }>> = {
  deploy: {
    what: 'The stack update succeeded, but the contract phase of its migrations failed.',
    next: 'The application is not affected. Fix the cause, then run `migrations repair` or deploy again; either resumes the contract phase.',
  },
  downgrade: {
    what: 'The stack update succeeded, but undoing the migrations that the older revision lacks failed.',
    next: 'Fix the cause, then run `migrations repair` or deploy again; either continues undoing them.',
  },
  removal: {
    what: 'The construct is being removed, but undoing its migrations failed.',
    next: 'Fix the cause, then remove it again, which continues; or set onRemoval to RETAIN, deploy, and remove it, which keeps the databases as they are.',
  },
};

function describeFailure(failure: Failure): string {
  const location = failure.file ? ` at ${failure.file}${failure.line ? `:${failure.line}` : ''}` : '';
  const what = failure.migration ? `Migration ${failure.migration} failed${location}` : 'The deployment failed';
  const statement = failure.statement ? ` Statement: ${shorten(failure.statement)}` : '';
  return `${what}: ${withStop(failure.message)}${statement}`;
}

/** An error in one line, for a deployment that is refused before it changes anything. */
export function reasonForRefusal(error: MigrationError): string {
  const location = error.location ? `${formatLocation(error.location)}: ` : '';
  return `${location}${error.message}${error.hint ? ` ${error.hint}` : ''} Nothing was changed.`;
}

function shorten(statement: string): string {
  const line = statement.replace(/\s+/g, ' ').trim();
  return withStop(line.length > longestStatement ? `${line.slice(0, longestStatement)}...` : line);
}

function withStop(text: string): string {
  return /[.!?;]$/.test(text) ? text : `${text}.`;
}
