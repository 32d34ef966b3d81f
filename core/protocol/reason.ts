import { formatLocation, type MigrationError } from '../errors/index';
import type { Deployment, Failure, ScopeState } from '../ledger/state';

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

/** What CloudFormation shows when a deployment failed and was taken back: what, where, what was undone, what next. */
export function reasonForRolledBack(failure: Failure, undone: readonly string[]): string {
  const undoing = undone.length === 0 ? 'Nothing had been applied' : `Undone: ${undone.join(', ')}`;
  return [
    describeFailure(failure),
    `${undoing}; the databases are as they were before this deployment.`,
    failure.hint ?? 'Fix the migration and deploy again.',
  ].join(' ');
}

/** What CloudFormation shows when going back itself failed: the database is between two revisions until a person helps. */
export function reasonForStuck(failure: Failure, deployment: Deployment, state: ScopeState, logicalId: string): string {
  const left = state.migrations.filter((record) => record.deployment === deployment.id).map(({ id }) => id);
  return [
    `The rollback stopped. ${describeFailure(failure)}`,
    ...(failure.hint ? [failure.hint] : []),
    `Still to undo: ${left.join(', ') || 'nothing'}. Nothing is marked undone that was not.`,
    'Ways out: (1) remove the cause, run `migrations repair`, then continue the rollback in CloudFormation;',
    `(2) continue the rollback with ResourcesToSkip=${logicalId}: the stack goes back, the database stays ahead until \`migrations repair\`;`,
    '(3) restore the database from its backup, then continue the rollback.',
  ].join(' ');
}

export function reasonForCommit(failure: Failure): string {
  return [
    `The stack update succeeded, but its contract phase did not. ${describeFailure(failure)}`,
    ...(failure.hint ? [failure.hint] : []),
    'The application is not affected. Remove the cause and run `migrations repair`, or deploy again: the contract phase resumes first.',
  ].join(' ');
}

function describeFailure(failure: Failure): string {
  const place = failure.file ? ` at ${failure.file}${failure.line ? `:${failure.line}` : ''}` : '';
  const who = failure.migration ? `Migration ${failure.migration} failed${place}` : 'The deployment failed';
  const statement = failure.statement ? ` Statement: ${shorten(failure.statement)}` : '';
  return `${who}: ${withStop(failure.message)}${statement}`;
}

/** An error in one line, for refusals before anything was done. */
export function reasonForRefusal(error: MigrationError): string {
  const place = error.location ? `${formatLocation(error.location)}: ` : '';
  return `${place}${error.message}${error.hint ? ` ${error.hint}` : ''} Nothing was changed.`;
}

function shorten(statement: string): string {
  const line = statement.replace(/\s+/g, ' ').trim();
  return withStop(line.length > longestStatement ? `${line.slice(0, longestStatement)}...` : line);
}

function withStop(text: string): string {
  return /[.!?;]$/.test(text) ? text : `${text}.`;
}
