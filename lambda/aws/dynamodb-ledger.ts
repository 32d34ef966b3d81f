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
  type ScopeState,
  type Transition,
  type UndoPlan,
} from '../../core/ledger/state';
import { applyTransition, checkSize } from '../../core/ledger/transition';
import type { Clock, HeldLease, Ledger } from '../../core/ports';
import { fromItem, keyOf, type LedgerTable, sortKeys, toItem } from './ledger-table';
import { patiently } from './retry';

type Head = Omit<ScopeState, 'open' | 'migrations'>;

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
      ...fromItem<Head>(head),
      open: open.map((item) => fromItem<Deployment>(item)).sort(byStart),
      migrations: migrations.map((item) => fromItem<MigrationRecord>(item)).sort((a, b) => a.position - b.position),
    };
  }

  async undoPlan(scope: string, key: string): Promise<UndoPlan | undefined> {
    const item = await this.table.get(scope, sortKeys.run(key));
    return item && fromItem<UndoPlan>(item);
  }

  async events(scope: string): Promise<readonly AuditEvent[]> {
    const items = await this.table.list(scope, sortKeys.event(0).slice(0, 'EVENT#'.length));
    return items.map((item) => fromItem<AuditEvent>(item));
  }

  async write(session: HeldLease, base: ScopeState, transition: Transition): Promise<ScopeState> {
    const next = applyTransition(base, transition);
    if (transition.run) checkSize(transition.run);
    const { open: _open, migrations: _migrations, ...head } = next;
    const items = [this.checkLease(session), this.putHead(head, base.version), ...this.changes(base.scope, transition)];
    try {
      await patiently(
        () => this.table.client.send(new TransactWriteItemsCommand({ TransactItems: items })),
        isConflict,
      );
    } catch (error) {
      throw explain(error, session, base);
    }
    return next;
  }

  private checkLease(session: HeldLease): TransactWriteItem {
    return {
      ConditionCheck: {
        TableName: this.table.name,
        Key: keyOf(session.scope, sortKeys.lease),
        ConditionExpression: '#token = :token AND attribute_exists(holderId) AND expiresAt > :now',
        ExpressionAttributeNames: { '#token': 'token' },
        ExpressionAttributeValues: toItem({ ':token': session.token, ':now': this.clock.now() }),
      },
    };
  }

  private putHead(head: Head, version: number): TransactWriteItem {
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
    const { deployments = [], migration, run, forget, answer, events } = transition;
    return [
      ...deployments.flatMap((deployment) => this.putDeployment(scope, deployment)),
      ...(migration ? [this.table.put(scope, sortKeys.migration(migration.key), migration)] : []),
      ...(run ? [this.table.put(scope, sortKeys.run(run.key), run)] : []),
      ...(forget
        ? [this.table.delete(scope, sortKeys.migration(forget)), this.table.delete(scope, sortKeys.run(forget))]
        : []),
      ...(answer ? [this.setOutcome(scope, answer)] : []),
      ...events.map((event) => this.table.put(scope, sortKeys.event(event.seq), event)),
    ];
  }

  /** Closed deployments move aside, so that reading the state does not grow with history. */
  private putDeployment(scope: string, deployment: Deployment): TransactWriteItem[] {
    if (isOpen(deployment)) return [this.table.put(scope, sortKeys.open(deployment.id), deployment)];
    return [
      this.table.delete(scope, sortKeys.open(deployment.id)),
      this.table.put(scope, sortKeys.closed(deployment.id), deployment),
    ];
  }

  private setOutcome(scope: string, answer: NonNullable<Transition['answer']>): TransactWriteItem {
    return {
      Update: {
        TableName: this.table.name,
        Key: keyOf(scope, sortKeys.request(answer.requestKey)),
        // A request that was answered before, by a newer one that superseded it, keeps its answer.
        UpdateExpression: 'SET outcome = if_not_exists(outcome, :outcome)',
        ExpressionAttributeValues: toItem({ ':outcome': answer.outcome }),
      },
    };
  }
}

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

function explain(error: unknown, session: HeldLease, base: ScopeState): unknown {
  if (!(error instanceof TransactionCanceledException)) return error;
  const reasons = reasonsOf(error);
  if (reasons[leaseItem] === 'ConditionalCheckFailed') {
    return new MigrationError('LEASE_LOST', `The lease on ${session.scope} with token ${session.token} is over.`, {
      cause: error,
    });
  }
  if (reasons[headItem] === 'ConditionalCheckFailed') {
    return new MigrationError('STATE_CHANGED', `Scope ${base.scope} is no longer at version ${base.version}.`, {
      cause: error,
    });
  }
  return error;
}
