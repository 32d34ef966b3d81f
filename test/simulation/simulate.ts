import { verifyChain } from '../../core/ledger/audit';
import { type CrashPoint, Effects } from './effects';
import { Platform } from './platform';
import type { Ending, Scenario } from './scenarios';
import type { SimulationWorld } from './world';

export interface Failure {
  readonly scenario: string;
  readonly crash: string;
  readonly problem: string;
}

export interface SimulationReport {
  readonly scenario: string;
  /** Effects of the operation when nothing goes wrong. */
  readonly effects: number;
  /** Crashes that happened. How often something is looked at varies, so the last points may not be reached. */
  readonly crashPoints: number;
  readonly failures: readonly Failure[];
}

/** The run came to its end with fewer effects than there were when they were counted. */
export const unreached = 'the crash point was not reached';

export interface SimulationOptions {
  /** Try only every n-th crash point, beginning with the given one. Default: all. */
  readonly stride?: number;
  readonly offset?: number;
  readonly onCrashPoint?: (description: string) => void;
}

/** Runs a scenario once to count its effects, then once for each point at which a process could die. */
export async function simulate(
  world: SimulationWorld,
  scenario: Scenario,
  options: SimulationOptions = {},
): Promise<SimulationReport> {
  const { stride = 1, offset = 0, onCrashPoint } = options;
  const effects = new Effects();
  effects.install();
  try {
    const runner = new Runner(world, scenario, effects);
    await runner.measure();
    const points = crashPoints(runner.names.length).filter((_, index) => index % stride === offset % stride);
    const failures: Failure[] = [];
    let crashes = 0;
    for (const point of points) {
      const crash = `${point.when} effect ${point.effect} (${runner.names[point.effect - 1]})`;
      onCrashPoint?.(crash);
      const problem = await runner.run(point);
      if (problem === unreached) continue;
      crashes += 1;
      if (problem) failures.push({ scenario: scenario.name, crash, problem });
    }
    return { scenario: scenario.name, effects: runner.names.length, crashPoints: crashes, failures };
  } finally {
    effects.uninstall();
  }
}

function crashPoints(effects: number): CrashPoint[] {
  const numbers = Array.from({ length: effects }, (_, index) => index + 1);
  return numbers.flatMap((effect) => [
    { effect, when: 'before' as const },
    { effect, when: 'after' as const },
  ]);
}

let runs = 0;

class Runner {
  /** Names of the effects of a run in which nothing went wrong. */
  names: readonly string[] = [];
  private readonly expected = new Map<Ending, string>();

  constructor(
    private readonly world: SimulationWorld,
    private readonly scenario: Scenario,
    private readonly effects: Effects,
  ) {}

  /** What the databases look like at each ending, and what a run without a crash does. */
  async measure(): Promise<void> {
    const { world, scenario } = this;
    await world.reset();
    this.expected.set('nothing', await world.snapshot());
    await this.deploy(scenario.a);
    this.expected.set('A', await world.snapshot());
    const problem = await this.run(undefined, (ending, snapshot) => this.expected.set(ending, snapshot));
    if (problem) throw new Error(`${scenario.name} does not work without a crash: ${problem}`);
    this.names = [...this.effects.log];
  }

  /** One run. Returns what is wrong afterwards, if anything. */
  async run(
    point: CrashPoint | undefined,
    learn?: (ending: Ending, snapshot: string) => void,
  ): Promise<string | undefined> {
    const { world, scenario, effects } = this;
    await world.reset();
    const platform = this.platform();
    const a = await world.properties(platform.scope, scenario.a);
    const b = await world.properties(platform.scope, scenario.b);
    if (scenario.startsAtA) await this.create(platform, a);
    effects.begin(point);
    try {
      const ending = await scenario.run(platform, a, b);
      effects.end();
      if (point && !effects.crashed) return unreached;
      const snapshot = await world.snapshot();
      if (ending === 'B') learn?.(ending, snapshot);
      return (await this.problemOf(platform, ending)) ?? differenceOf(this.expected.get(ending), snapshot, ending);
    } catch (error) {
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
    } finally {
      effects.end();
    }
  }

  /** Deploys a release and nothing else. */
  private async deploy(release: Scenario['a']): Promise<void> {
    const platform = this.platform();
    await this.create(platform, await this.world.properties(platform.scope, release));
  }

  private async create(platform: Platform, properties: Parameters<Platform['migrations']>[1]): Promise<void> {
    platform.stackIs('CREATE_IN_PROGRESS');
    const answer = await platform.migrations('Create', properties);
    if (answer?.Status !== 'SUCCESS') throw new Error(`The first deployment failed: ${answer?.Reason}`);
    platform.stackIs('CREATE_COMPLETE');
    await platform.settle();
  }

  private platform(): Platform {
    runs += 1;
    const stackId = `arn:aws:cloudformation:us-east-1:123456789012:stack/App/${runs}`;
    return new Platform(stackId, `App${runs}/Migrations`, this.world.ledgerTable, this.effects);
  }

  /** What the ledger must look like when nothing is going on. */
  private async problemOf(platform: Platform, ending: Ending): Promise<string | undefined> {
    const ports = platform.ports();
    const { scope } = platform;
    const state = await ports.ledger.load(scope);
    const chain = verifyChain(await ports.ledger.events(scope), state);
    if (chain) return chain.message;
    const lease = await ports.leases.inspect(scope);
    if (lease) return `the lease is still held by ${lease.holder.id}`;
    if (state.open.length > 0) return `deployment ${state.open[0]?.id} is still ${state.open[0]?.state}`;
    if ((state.applied === null) !== (ending === 'nothing'))
      return `the ledger says ${state.applied?.revision ?? 'nothing'}`;
    const claims = await this.world.claims();
    if (ending === 'nothing' && claims.length > 0) return `claims are left: ${claims.join(', ')}`;
    const applied = state.migrations
      .filter(({ target }) => target === 'users')
      .map(({ id }) => id)
      .sort();
    const known = await this.world.history(scope);
    return JSON.stringify(applied) === JSON.stringify(known)
      ? undefined
      : `the ledger has ${applied}, the database ${known}`;
  }
}

function differenceOf(expected: string | undefined, found: string, ending: Ending): string | undefined {
  return expected === found
    ? undefined
    : `the databases are not at ${ending}:\n  expected ${expected}\n  found    ${found}`;
}
