import {
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { MigrationError } from '../../core/errors/index';
import {
  type AuditEvent,
  type Deployment,
  emptyState,
  isOpen,
  type MigrationRecord,
  type PlannedUndo,
  type ScopeHead,
  type ScopeState,
  type StepChange,
  type StepStates,
  type Transition,
  type UndoPlan,
} from '../../core/ledger/state';
import { nextHead } from '../../core/ledger/transition';
import type { Clock, HeldLease, Ledger } from '../../core/ports';
import { fromItem, keyOf, type LedgerTable, sortKeys, toItem } from './ledger-table';
import { patiently } from './retry';

/** The ledger in DynamoDB: every transition is one transaction that also checks the lease and the version. */
export class DynamoDbLedger implements Ledger {
  constructor(
    private readonly table: LedgerTable,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  async load(scope: string): Promise<ScopeState> {
    const head = await this.table.get(scope, sortKeys.head);
    if (!head) return emptyState(scope);
    const open = await this.table.list(scope, sortKeys.open(''));
    const migrations = await this.table.list(scope, sortKeys.migration(''));
    return {
      ...fromItem<ScopeHead>(head),
      open: open.map((item) => fromItem<Deployment>(item)).sort(byStart),
      migrations: migrations.map((item) => fromItem<MigrationRecord>(item)).sort((a, b) => a.position - b.position),
    };
  }

  async undoPlans(scope: string, keys: readonly string[]): Promise<readonly PlannedUndo[]> {
    const plans: PlannedUndo[] = [];
    for (let from = 0; from < keys.length; from += plansInOneCall) {
      const part = keys.slice(from, from + plansInOneCall);
      const sks = part.flatMap((key) => [sortKeys.undoPlan(key), sortKeys.steps(key)]);
      const found = await this.table.getMany(scope, sks);
      for (const key of part) {
        const plan = found.get(sortKeys.undoPlan(key));
        const steps = fromItem<StepStates>(found.get(sortKeys.steps(key)) ?? {});
        if (plan) plans.push({ plan: fromItem<UndoPlan>(plan), steps });
      }
    }
    return plans;
  }

  async deployments(scope: string): Promise<readonly Deployment[]> {
    const closed = await this.table.list(scope, sortKeys.closed(''));
    const open = await this.table.list(scope, sortKeys.open(''));
    return [...closed, ...open].map((item) => fromItem<Deployment>(item)).sort(byStart);
  }

  async events(scope: string): Promise<readonly AuditEvent[]> {
    const items = await this.table.list(scope, sortKeys.event(0).slice(0, 'EVENT#'.length));
    return items.map((item) => fromItem<AuditEvent>(item));
  }

  async write(lease: HeldLease, head: ScopeHead, transition: Transition): Promise<ScopeHead> {
    const next = nextHead(head, transition);
    const items = [this.checkLease(lease), this.putHead(next, head.version), ...this.changes(head.scope, transition)];
    try {
      await patiently(
        () => this.table.client.send(new TransactWriteItemsCommand({ TransactItems: items })),
        isConflict,
      );
    } catch (error) {
      throw explain(error, lease, head);
    }
    return next;
  }

  private checkLease(lease: HeldLease): TransactWriteItem {
    return {
      ConditionCheck: {
        TableName: this.table.name,
        Key: keyOf(lease.scope, sortKeys.lease),
        ConditionExpression: '#token = :token AND attribute_exists(holderId) AND expiresAt > :now',
        ExpressionAttributeNames: { '#token': 'token' },
        ExpressionAttributeValues: toItem({ ':token': lease.token, ':now': this.clock.now() }),
      },
    };
  }

  private putHead(head: ScopeHead, version: number): TransactWriteItem {
    return {
      Put: {
        TableName: this.table.name,
        Item: { ...toItem(head), ...keyOf(head.scope, sortKeys.head) },
        ConditionExpression: version === 0 ? 'attribute_not_exists(pk)' : 'version = :version',
        ExpressionAttributeValues: version === 0 ? undefined : toItem({ ':version': version }),
      },
    };
  }

  private changes(scope: string, transition: Transition): TransactWriteItem[] {
    const { deployments = [], migrations = [], undoPlans = [], steps = [], forget = [] } = transition;
    return [
      ...deployments.flatMap((deployment) => this.putDeployment(scope, deployment)),
      ...migrations.map((record) => this.table.put(scope, sortKeys.migration(record.key), record)),
      ...undoPlans.map((plan) => this.table.put(scope, sortKeys.undoPlan(plan.key), plan)),
      ...this.setSteps(scope, steps),
      ...forget.flatMap((key) =>
        [sortKeys.migration(key), sortKeys.undoPlan(key), sortKeys.steps(key)].map((sk) =>
          this.table.delete(scope, sk),
        ),
      ),
      ...(transition.outcome ? [this.setOutcome(scope, transition.outcome)] : []),
      ...transition.events.map((event) => this.table.put(scope, sortKeys.event(event.seq), event)),
    ];
  }

  /** Writes these steps and leaves the others. One transaction takes one operation on an item (aws-facts DDB-14). */
  private setSteps(scope: string, changes: readonly StepChange[]): TransactWriteItem[] {
    const byMigration = new Map<string, readonly StepChange[]>();
    for (const change of changes) byMigration.set(change.key, [...(byMigration.get(change.key) ?? []), change]);
    return [...byMigration].map(([key, steps]) => ({
      Update: {
        TableName: this.table.name,
        Key: keyOf(scope, sortKeys.steps(key)),
        UpdateExpression: `SET ${steps.map((_, index) => `#step${index} = :state${index}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(steps.map(({ step }, index) => [`#step${index}`, step])),
        ExpressionAttributeValues: toItem(
          Object.fromEntries(steps.map(({ key: _key, step: _step, ...state }, index) => [`:state${index}`, state])),
        ),
      },
    }));
  }

  /** Closed deployments move aside, so that reading the state does not grow with history. */
  private putDeployment(scope: string, deployment: Deployment): TransactWriteItem[] {
    if (isOpen(deployment)) return [this.table.put(scope, sortKeys.open(deployment.id), deployment)];
    return [
      this.table.delete(scope, sortKeys.open(deployment.id)),
      this.table.put(scope, sortKeys.closed(deployment.id), deployment),
    ];
  }

  private setOutcome(scope: string, set: NonNullable<Transition['outcome']>): TransactWriteItem {
    return {
      Update: {
        TableName: this.table.name,
        Key: keyOf(scope, sortKeys.request(set.requestKey)),
        // A request that was answered before, by a newer one that superseded it, keeps its answer.
        UpdateExpression: 'SET outcome = if_not_exists(outcome, :outcome)',
        ExpressionAttributeValues: toItem({ ':outcome': set.outcome }),
      },
    };
  }
}

/** DynamoDB gives 100 items at once, and an undo plan is two (aws-facts DDB-13). */
const plansInOneCall = 50;

function byStart(a: Deployment, b: Deployment): number {
  return a.startedAt < b.startedAt ? -1 : 1;
}

/** Place of the lease and the head among a transaction's items, and so among its cancellation reasons. */
const [leaseItem, headItem] = [0, 1];

function isConflict(error: unknown): boolean {
  return (
    error instanceof TransactionCanceledException && reasonsOf(error).every((code) => passingReasons.includes(code))
  );
}

const passingReasons = ['None', 'TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];

function reasonsOf(error: TransactionCanceledException): string[] {
  return (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None');
}

function explain(error: unknown, lease: HeldLease, head: ScopeHead): unknown {
  if (!(error instanceof TransactionCanceledException)) return error;
  const reasons = reasonsOf(error);
  if (reasons[leaseItem] === 'ConditionalCheckFailed') {
    return new MigrationError('LEASE_LOST', `The lease on ${lease.scope} with token ${lease.token} was lost.`, {
      cause: error,
    });
  }
  if (reasons[headItem] === 'ConditionalCheckFailed') {
    return new MigrationError('STATE_CHANGED', `Scope ${head.scope} is no longer at version ${head.version}.`, {
      cause: error,
    });
  }
  return error;
}
