import type { Deployment, ScopeState } from '../ledger/state';
import { appliedRevisionOf, isTakenBackByDeletion, sameAppliedRevision } from '../ledger/state';
import type { StackView } from '../ports';
import { failedOutcome, successOutcome } from '../request/outcome';
import type { MarkerRequest, MigrationsRequest, Outcome, RecordedRequest, SettleRequest } from '../request/request';
import { isRollingBack, neverSucceeded, outcomeOf } from './evidence';

/**
 * What to do next for a request. The engine does it (core/engine/run-deployment, for what a deployment does), which changes
 * the state, and asks again, until the decision is an answer. So a process may die anywhere: the next one comes to the same decision from the same ledger.
 */
export type Decision =
  | { readonly do: 'answer'; readonly outcome: Outcome }
  /** Continue to apply. */
  | { readonly do: 'forward'; readonly deployment: Deployment }
  /** Roll back what a deployment did. */
  | { readonly do: 'roll-back'; readonly deployment: Deployment }
  /** The stack update succeeded: do what can no longer be undone. */
  | { readonly do: 'commit'; readonly deployment: Deployment }
  /** CloudFormation cannot be asked what the request means: ask again while there is time (G8). */
  | { readonly do: 'wait' }
  /** Begin a deployment to the revision that the request names. */
  | { readonly do: 'start' }
  /** The construct is removed, and its databases stay. */
  | { readonly do: 'retain' }
  /** The construct is removed, and its migrations are undone. */
  | { readonly do: 'remove' }
  /** CloudFormation finished its rollback without asking for ours: report it, an operator must decide. */
  | { readonly do: 'flag'; readonly deployment: Deployment };

/**
 * The deployment protocol (docs/lifecycle.md). CloudFormation never says "this is a rollback", so the intent comes
 * from the ledger first, from CloudFormation's record of the stack second, and never from the event alone.
 */
export function decide(state: ScopeState, recorded: RecordedRequest, view: StackView | undefined): Decision {
  if (recorded.outcome) return decideAnswered(state, recorded, recorded.outcome);
  const { request } = recorded;
  switch (request.kind) {
    case 'migrations':
      return request.type === 'Delete'
        ? decideDelete(state, recorded, request, view)
        : decideApply(state, recorded, request, view);
    case 'marker':
      return decideMarker(state, recorded, request, view);
    case 'settle':
      return decideSettle(state, recorded, request, view);
  }
}

/** Only the commit goes on after its answer. */
function decideAnswered(state: ScopeState, recorded: RecordedRequest, outcome: Outcome): Decision {
  const deployment = state.open.find((open) => open.state === 'committing');
  if (!outcome.continues || !deployment || deployment.failure?.requestKey === recorded.key) {
    return { do: 'answer', outcome };
  }
  return { do: 'commit', deployment };
}

function decideApply(
  state: ScopeState,
  recorded: RecordedRequest,
  request: MigrationsRequest,
  view: StackView | undefined,
): Decision {
  const unfinished = decideUnfinished(state, recorded);
  if (unfinished) return unfinished;

  const wanted = appliedRevisionOf(request.properties);
  if (sameAppliedRevision(state.applied, wanted))
    return success(state, recorded, 'Nothing to do: already at this revision.');

  if (state.open.some((deployment) => sameAppliedRevision(deployment.from, wanted))) {
    return decideRollback(state, view);
  }
  const diverged = state.open.find((deployment) => outcomeOf(deployment, view) === 'rolled-back');
  if (diverged) return { do: 'roll-back', deployment: state.open.at(-1)! };
  // Without its record of the stack, an older deployment that succeeded would not be committed before this one.
  if (view === undefined) return { do: 'wait' };
  return commitOldestSucceeded(state, view) ?? { do: 'start' };
}

/** The request asks for the applied revision that an open deployment left: a rollback (aws-facts CR-13), unless it proved final. */
function decideRollback(state: ScopeState, view: StackView | undefined): Decision {
  return commitOldestSucceeded(state, view) ?? { do: 'roll-back', deployment: state.open.at(-1)! };
}

function decideDelete(
  state: ScopeState,
  recorded: RecordedRequest,
  request: MigrationsRequest,
  view: StackView | undefined,
): Decision {
  const unfinished = decideUnfinished(state, recorded);
  if (unfinished) return unfinished;

  // A create that CloudFormation cancelled is deleted by an id that CloudFormation made up (aws-facts CR-14).
  const ours = request.physicalId === recorded.scope;
  if (ours && view === undefined) return { do: 'wait' };
  const first = state.open[0];
  const takesBack = !ours || isRollingBack(view) || (first !== undefined && neverSucceeded(first, view));
  if (takesBack && first && isTakenBackByDeletion(first)) return { do: 'roll-back', deployment: state.open.at(-1)! };
  // A Create that died before it recorded anything may have claimed its databases.
  if (!ours && state.applied === null) return { do: 'retain' };
  if (!ours) return success(state, recorded, 'Nothing to do: this physical id was never issued.');
  if (isRollingBack(view) && state.applied !== null) {
    return success(state, recorded, 'Nothing to do: this operation left nothing behind.');
  }
  // Undoing migrations for good destroys data: CloudFormation has confirmed that this is no rollback.
  const undo = request.properties.OnRemoval === 'undo' && state.migrations.length > 0;
  return { do: undo ? 'remove' : 'retain' };
}

function decideMarker(
  state: ScopeState,
  recorded: RecordedRequest,
  request: MarkerRequest,
  view: StackView | undefined,
): Decision {
  if (request.type !== 'Delete') return success(state, recorded, 'Marked.');
  const failed = state.open.find(({ state }) => state === 'failed' || state === 'committing');
  if (failed && isCommitting(failed)) return retry(failed, recorded);
  return (
    commitOldestSucceeded(state, view) ??
    success(
      state,
      recorded,
      state.open.length === 0 ? 'Nothing to commit.' : 'Nothing to commit: the stack update is not complete.',
    )
  );
}

function decideSettle(
  state: ScopeState,
  recorded: RecordedRequest,
  request: SettleRequest,
  view: StackView | undefined,
): Decision {
  if (request.repair) {
    const unfinished = decideUnfinished(state, recorded);
    if (unfinished) return unfinished;
  }
  const newest = state.open.at(-1);
  if (!newest) return success(state, recorded, 'Nothing to settle.');
  if (newest.state === 'committing') return { do: 'commit', deployment: newest };
  const over = outcomeOf(newest, view) === 'rolled-back';
  if (over && (newest.state === 'forward' || newest.state === 'rolling-back'))
    return { do: 'roll-back', deployment: newest };
  if (over && newest.state === 'applied') return { do: 'flag', deployment: newest };
  return commitOldestSucceeded(state, view) ?? success(state, recorded, 'Nothing to settle yet.');
}

/** Work that was begun and must end before anything else is looked at. */
function decideUnfinished(state: ScopeState, recorded: RecordedRequest): Decision | undefined {
  const deployment = state.open.find(({ state }) => state !== 'applied');
  if (!deployment) return undefined;
  switch (deployment.state) {
    case 'forward':
      // Another request for the same scope means that CloudFormation gave up on the one that began it
      // (aws-facts CR-15).
      return { do: deployment.requestKey === recorded.key ? 'forward' : 'roll-back', deployment };
    case 'failed':
      return retry(deployment, recorded);
    default:
      return { do: isCommitting(deployment) ? 'commit' : 'roll-back', deployment };
  }
}

/** A request that met a failure is answered with it; a new request tries again from the recorded step. */
function retry(deployment: Deployment, recorded: RecordedRequest): Decision {
  if (deployment.failure?.requestKey === recorded.key) {
    return { do: 'answer', outcome: failedOutcome(recorded, deployment.failure.message) };
  }
  return { do: isCommitting(deployment) ? 'commit' : 'roll-back', deployment };
}

function isCommitting(deployment: Deployment): boolean {
  return deployment.state === 'committing' || deployment.failure?.during === 'commit';
}

function commitOldestSucceeded(state: ScopeState, view: StackView | undefined): Decision | undefined {
  const deployment = state.open.find(
    (candidate) => candidate.state === 'applied' && outcomeOf(candidate, view) === 'succeeded',
  );
  return deployment && { do: 'commit', deployment };
}

function success(state: ScopeState, recorded: RecordedRequest, reason: string): Decision {
  return { do: 'answer', outcome: successOutcome(recorded, state.applied, reason) };
}
