import { setTimeout as sleep } from 'node:timers/promises';
import type { DeployOptions, StackEvent, StackResult } from '@cdk-migrations/sandbox';
import { type Release, synthLifecycleApp } from '../../test/support/lifecycle-app';
import { LifecycleWorld, reasonOf } from '../../test/support/lifecycle-world';
import { CallCounter, type CallsByService } from './call-counter';
import { countTables, releaseOf, type SmallMigration, smallMigrations } from './migrations';

interface Operation {
  readonly calls: CallsByService;
  readonly seconds: number;
}

/** What one round measured of the construct. */
export interface Deployments {
  /** An update of the stack with all migrations pending; `resourceSeconds` is the part of the migrations in it. */
  readonly up: Operation & { readonly resourceSeconds: number };
  /** The rollback of such an update after a resource that follows the migrations failed. */
  readonly undo: Operation;
}

/** A migration of the first deployment: functions and database are warm when the measured ones begin. */
const base: SmallMigration = {
  file: 'users/0.1.0_base.sql',
  up: 'CREATE TABLE base (id integer);',
  down: 'DROP TABLE base;',
};

/** @param latency milliseconds that each call of the Data API takes longer than in the sandbox */
export async function measureDeployments(count: number, latency = 0): Promise<Deployments> {
  let onStackEvent: (event: StackEvent) => void = () => {};
  const world = await LifecycleWorld.open({ onStackEvent: (event) => onStackEvent(event) });
  const counter = new CallCounter(world.sandbox);
  if (latency > 0) {
    world.sandbox.intercept({
      before: async ({ service }) => {
        if (service === 'rds-data') await sleep(latency);
      },
    });
  }
  try {
    const stack = new BenchStack(world);
    await stack.deploy(releaseOf([base]), 'CREATE_COMPLETE');
    const release = releaseOf([base, ...smallMigrations(count)]);
    onStackEvent = (event) => isRollback(event) && counter.take();
    const undone = await stack.deploy(release, 'UPDATE_ROLLBACK_COMPLETE', { fail: [{ logicalId: 'Sibling' }] });
    const undo = { calls: counter.take(), seconds: sinceLast(undone.result, isRollback) };
    await stack.expectTables(0);
    const { result, seconds } = await stack.deploy(release, 'UPDATE_COMPLETE');
    const up = { calls: counter.take(), seconds, resourceSeconds: migrationsSeconds(result) };
    await stack.expectTables(count);
    return { undo, up };
  } finally {
    await world.close();
  }
}

class BenchStack {
  private readonly name = 'Bench';
  private sibling = 0;

  constructor(private readonly world: LifecycleWorld) {}

  /** Deploys a release. Synthesizing it is not measured, and neither is waiting for events that follow the end. */
  async deploy(release: Release, expected: string, options: Omit<Partial<DeployOptions>, 'assembly'> = {}) {
    this.sibling += 1;
    const app = { stack: this.name, release, sibling: String(this.sibling) };
    const assembly = synthLifecycleApp(this.world.folder, app);
    const startedAt = performance.now();
    const result = await this.world.deployAssembly(assembly, options);
    const seconds = (performance.now() - startedAt) / 1000;
    await this.world.sandbox.settle();
    if (result.status === expected) return { result, seconds };
    throw new Error(`The stack is ${result.status} instead of ${expected}:\n${reasonOf(result, /./)}`);
  }

  async expectTables(count: number): Promise<void> {
    const [row] = await this.world.sql(this.name, countTables);
    if (row?.['tables'] !== count) throw new Error(`The database has ${row?.['tables']} tables instead of ${count}.`);
  }
}

function isRollback({ type, status }: StackEvent): boolean {
  return type === 'AWS::CloudFormation::Stack' && status === 'UPDATE_ROLLBACK_IN_PROGRESS';
}

/** Seconds that the migrations resource took to update. */
function migrationsSeconds({ events }: StackResult): number {
  const own = events.filter(({ logicalId }) => /^Migrations[0-9A-F]{8}$/.test(logicalId));
  return secondsBetween(
    own.find(({ status }) => status === 'UPDATE_IN_PROGRESS'),
    own.at(-1),
  );
}

function sinceLast({ events }: StackResult, matches: (event: StackEvent) => boolean): number {
  return secondsBetween(events.find(matches), events.at(-1));
}

function secondsBetween(from: StackEvent | undefined, to: StackEvent | undefined): number {
  if (!from || !to) throw new Error('An event is missing from those of the stack.');
  return (Date.parse(to.time) - Date.parse(from.time)) / 1000;
}
