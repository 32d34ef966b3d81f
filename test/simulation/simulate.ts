import { verifyChain } from '../../core/ledger/audit';
import { type CrashPoint, Effects } from './effects';
import { differences, type Ending, expectedContent } from './expected';
import { Platform } from './platform';
import type { Scenario } from './scenarios';
import type { SimulationWorld } from './world';
import { Writer } from './writer';

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
  constructor(
    private readonly world: SimulationWorld,
    private readonly scenario: Scenario,
    private readonly effects: Effects,
  ) {}

  /** Counts the effects of a run in which nothing goes wrong. */
  async measure(): Promise<void> {
    const problem = await this.run(undefined);
    if (problem) throw new Error(`${this.scenario.name} does not work without a crash: ${problem}`);
    this.names = [...this.effects.log];
  }

  /** One run, with an application that writes beside it. Returns what is wrong afterwards, if anything. */
  async run(point: CrashPoint | undefined): Promise<string | undefined> {
    const { world, scenario, effects } = this;
    await world.reset();
    const platform = this.platform();
    const a = await world.properties(platform.scope, scenario.a);
    const b = await world.properties(platform.scope, scenario.b);
    if (scenario.startsAtA) await this.create(platform, a);
    const writer = new Writer(world);
    effects.onEffect = writer.write;
    effects.begin(point);
    try {
      const ending = await scenario.run(platform, a, b);
      effects.end();
      if (point && !effects.crashed) return unreached;
      return await this.problemAt(ending, platform, writer);
    } catch (error) {
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
    } finally {
      effects.end();
      await writer.ended();
    }
  }

  private async problemAt(ending: Ending, platform: Platform, writer: Writer): Promise<string | undefined> {
    await writer.ended();
    // The tables of a failed first deployment go with what was written to them.
    const lost = ending === 'nothing' ? undefined : await writer.missing();
    if (lost) return lost;
    const problem = await this.problemOf(platform, ending);
    if (problem) return problem;
    const { kind, startsAtA } = this.scenario;
    const different = differences(expectedContent(kind, ending, startsAtA), await this.world.content(platform.scope));
    return different && `the databases are not at ${ending}:\n${different}`;
  }

  /** Deploys the first release; an application writes. */
  private async create(platform: Platform, properties: Parameters<Platform['migrations']>[1]): Promise<void> {
    platform.stackIs('CREATE_IN_PROGRESS');
    const answer = await platform.migrations('Create', properties);
    if (answer?.Status !== 'SUCCESS') throw new Error(`The first deployment failed: ${answer?.Reason}`);
    platform.stackIs('CREATE_COMPLETE');
    await platform.settle();
    await this.world.fill();
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
    const ownerless = await this.world.ownerlessPlans(scope);
    return ownerless.length > 0 ? `undo plans are left without a migration: ${ownerless.join(', ')}` : undefined;
  }
}
