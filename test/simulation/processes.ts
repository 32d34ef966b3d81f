import type { ObservedCall, StackResult } from '@cdk-migrations/sandbox';
import { type LifecycleAppOptions, type Release, synthLifecycleApp } from '../support/lifecycle-app';
import type { LifecycleWorld } from '../support/lifecycle-world';
import { releaseA } from '../support/releases';
import { type Failure, type SimulationOptions, type SimulationReport, unreached } from './simulate';

/** How the stack update ends apart from the migrations. */
type Rest = 'succeeds' | 'fails';

/**
 * The same as `simulate`, with nothing simulated: a stack in the sandbox, its update, and the Lambda process that makes
 * the n-th call killed with SIGKILL, before the call reaches its service or after it took effect. Slow (seconds a run).
 */
export async function killProcesses(
  world: LifecycleWorld,
  rest: Rest,
  options: SimulationOptions = {},
): Promise<SimulationReport> {
  const { stride = 1, offset = 0, onCrashPoint } = options;
  const subject = new Subject(world, rest);
  await subject.create();
  const names = await subject.countCalls();
  const points = names.flatMap((name, index) => [
    { call: index + 1, when: 'before' as const, name },
    { call: index + 1, when: 'after' as const, name },
  ]);
  const chosen = points.filter((_, index) => index % stride === offset % stride);
  const failures: Failure[] = [];
  let crashes = 0;
  for (const point of chosen) {
    const crash = `${point.when} call ${point.call} (${point.name})`;
    onCrashPoint?.(crash);
    const problem = await subject.update(point);
    if (problem === unreached) continue;
    crashes += 1;
    if (problem) failures.push({ scenario: subject.name, crash, problem });
  }
  return { scenario: subject.name, effects: names.length, crashPoints: crashes, failures };
}

interface Point {
  readonly call: number;
  readonly when: 'before' | 'after';
}

class Subject {
  readonly name: string;
  private readonly stack: string;
  private number = 0;
  private release: Release = releaseA;

  constructor(
    private readonly world: LifecycleWorld,
    private readonly rest: Rest,
  ) {
    this.name = `processes: the rest of the update ${rest}`;
    this.stack = rest === 'fails' ? 'KilledBack' : 'KilledForward';
  }

  async create(): Promise<void> {
    const result = await this.world.deploy(this.app(this.release));
    if (result.status !== 'CREATE_COMPLETE') throw new Error(`${result.status}: ${result.reason}`);
  }

  /** Calls that the engine makes when it is not killed. */
  async countCalls(): Promise<readonly string[]> {
    const names: string[] = [];
    const problem = await this.update(undefined, (call) => names.push(`${call.service} ${call.operation}`));
    if (problem) throw new Error(`${this.name} does not work without a crash: ${problem}`);
    return names;
  }

  /** One update. Returns what is wrong afterwards, if anything. */
  async update(point?: Point, see?: (call: ObservedCall) => void): Promise<string | undefined> {
    const { world, stack } = this;
    const before = JSON.stringify(await world.snapshot(stack));
    this.number += 1;
    const next = { ...this.release, ...added(this.number) };
    const watch = this.watch(point, see);
    let result: StackResult;
    try {
      const fail = this.rest === 'fails' ? [{ logicalId: 'Sibling' }] : [];
      const [deployed] = await world.sandbox.deploy({ assembly: this.synth(next), fail });
      await world.sandbox.settle();
      result = deployed!;
    } finally {
      watch.stop();
    }
    if (point && !watch.killed()) return unreached;
    if (result.status === 'UPDATE_COMPLETE') this.release = next;
    return this.problemOf(result, before);
  }

  /** Counts the engine's calls, and kills the process that makes the one in question. */
  private watch(point: Point | undefined, see?: (call: ObservedCall) => void) {
    let calls = 0;
    let killed = false;
    let victim: ObservedCall | undefined;
    const engine = `${this.stack}-MigrationsEngine`;
    const stop = this.world.sandbox.intercept({
      before(call) {
        if (!call.functionName?.startsWith(engine)) return;
        calls += 1;
        see?.(call);
        if (calls !== point?.call) return;
        victim = call;
        if (point.when === 'after') return;
        killed = true;
        call.kill();
      },
      after(call) {
        if (point?.when !== 'after' || killed || calls < point.call || call.body !== victim?.body) return;
        killed = true;
        call.kill();
      },
    });
    return { stop, killed: () => killed };
  }

  private async problemOf(result: StackResult, before: string): Promise<string | undefined> {
    const { world, stack, number } = this;
    const after = JSON.stringify(await world.snapshot(stack));
    try {
      const state = await world.quietLedger(stack);
      if (state.open.length > 0) return `deployment ${state.open[0]?.id} is still ${state.open[0]?.state}`;
    } catch (error) {
      return String(error);
    }
    if (result.status === 'UPDATE_ROLLBACK_COMPLETE') {
      return before === after ? undefined : `rolled back, but the databases changed:\n  ${before}\n  ${after}`;
    }
    if (result.status !== 'UPDATE_COMPLETE') return `the stack is ${result.status}: ${result.reason}`;
    const whole = [`added${number}`, `contracted${number}`, `extra${number}`, `byDay${number}`].every((name) =>
      after.includes(name),
    );
    return whole ? undefined : `complete, but not all of release ${number} is there:\n  ${after}`;
  }

  private synth(release: Release): string {
    return synthLifecycleApp(this.world.folder, this.app(release));
  }

  private app(release: Release): LifecycleAppOptions {
    return { stack: this.stack, release, sibling: String(this.number) };
  }
}

/** What the n-th update brings: SQL with a contract phase, an index and a table. */
function added(number: number): Release {
  return {
    [`users/2.${number}.0_add.sql`]: `-- depends-on: 1.0.0
-- migrate:up
CREATE TABLE added${number} (id int);
-- migrate:down
DROP TABLE added${number};
-- migrate:contract
CREATE TABLE contracted${number} (id int);
`,
    [`meals/2.${number}.0_add.ts`]: `import { addGlobalIndex, createTable, dynamodb } from 'cdk-migrations/authoring';
export default dynamodb({
  dependsOn: ['1.0.0'],
  up: [
    createTable({ table: 'extra${number}', partitionKey: { name: 'id', type: 'S' } }),
    addGlobalIndex({ table: 'extra${number}', name: 'byDay${number}', partitionKey: { name: 'day', type: 'S' } }),
  ],
});
`,
  };
}
