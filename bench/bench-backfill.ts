import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DataAction } from '../core/bundle/data-action';
import { LatencyBudgets } from '../core/data/latency-budgets';
import { type SegmentResult, usualPage } from '../core/data/segment-work';
import { noLimit } from '../core/engine/pass-work';
import { workInProcess } from '../core/engine/work-in-process';
import type { Control, Item, Pass, Ports, Segment } from '../core/ports';
import { DynamoDbSegments } from '../lambda/aws/dynamodb-segments';
import { DynamoDbTables } from '../lambda/aws/dynamodb-tables';
import { LedgerTable } from '../lambda/aws/ledger-table';
import { systemClock } from '../lambda/aws/ports';

/** As `migrations backfill start` has it. */
const workers = 8;

/** A data migration that sets one attribute, as a deployment has workers do it. Its ledger is the table `bench-ledger`. */
export class BenchBackfill {
  private readonly pass: Pass;
  private readonly segments: DynamoDbSegments;
  private readonly budgets = new LatencyBudgets(workers);

  /** @param isNew the deployment has made the destination */
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly destination: DataAction['destination'],
    private readonly isNew: boolean,
  ) {
    const key = `${table}|${destination?.table}`;
    this.pass = { scope: 'bench', deployment: 'd', key, step: 'backfill.0', direction: 'forward' };
    this.segments = new DynamoDbSegments(new LedgerTable('bench-ledger', client), systemClock);
  }

  control(control: Control): Promise<void> {
    return this.segments.setControl(this.pass, control);
  }

  list(): Promise<readonly Segment[]> {
    return this.segments.list(this.pass);
  }

  /**
   * Works until all is done, or somebody stops it.
   * @param of segments
   */
  async work(of: number): Promise<readonly SegmentResult[]> {
    const done = new Set((await this.list()).filter(({ state }) => state === 'done').map(({ number }) => number));
    const segments = Array.from({ length: of }, (_, number) => number).filter((number) => !done.has(number));
    const work = { pass: this.pass, of, segments, attempt: 'r', until: noLimit };
    const limits = { stopBy: Number.POSITIVE_INFINITY, pageSize: usualPage, workers, budgets: this.budgets };
    return workInProcess(this.ports(), work, workers, `bench ${process.pid} ${performance.now()}`, limits);
  }

  /** What workers look up: one open deployment with one migration. Progress and items are in DynamoDB. */
  private ports(): Ports {
    const id = 'tables/1.0.0';
    const action: DataAction = {
      ...{
        type: 'data',
        pass: 'write',
        source: { target: 'tables', table: this.table },
        destination: this.destination,
      },
      ...{ existing: 'keep', undo: 'before-image', mayFail: 0, finish: 'application' },
    };
    const deployment = { id: 'd', targets: { tables: { DatabaseKind: 'dynamodb' } }, bundle: {} };
    const migration = { id, file: 'tables/1.0.0.ts', phases: [{ name: 'backfill', actions: [action] }] };
    const before = { exists: true, ...(this.isNew && { isNewDestination: true }) };
    const transform = (item: Item): Item => ({ ...item, version: 2 });
    const scaling = { settings: async () => [], apply: async () => undefined, remove: async () => undefined };
    const properties = { DatabaseKind: 'dynamodb', Identity: 'bench', Tables: {}, TableNamePrefix: 'bench-' } as const;
    return {
      ledger: {
        load: async () => ({ open: [deployment], migrations: [{ key: this.pass.key, id }] }),
        undoPlans: async () => [{ plan: { bundle: {} }, steps: { 'backfill.0': { before } } }],
      },
      bundles: { load: async () => ({ migrations: [migration] }), module: async () => ({ codeLines: [], transform }) },
      targets: {
        open: async (_name: string, _: unknown, lease: never) =>
          new DynamoDbTables(this.client, properties, lease, scaling),
      },
      segments: this.segments,
      clock: systemClock,
    } as unknown as Ports;
  }
}
