import fc from 'fast-check';
import { LifecycleWorld } from '../support/lifecycle-world';
import { killProcesses } from './processes';
import { story, tell } from './random-story';
import { scenarios } from './scenarios';
import { type SimulationOptions, type SimulationReport, simulate } from './simulate';
import { SimulationWorld } from './world';

const usage = `npm run simulate                      kill a process at every effect of every scenario
  --scenario TEXT                     only scenarios whose name contains TEXT
  --stride N [--offset N]             only every N-th crash point
  --verbose                           name each crash point
  --processes                         in the sandbox instead, killing real Lambda processes (seconds a point)
npm run simulate -- --runs R [--seed S]   R random stories instead: orders of events, deaths, duplicates, losses
  --seed S --path P                   tell one story again, as a failure prints them`;

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return console.info(usage);
  const option = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  quiet();
  if (args.includes('--runs') || args.includes('--seed')) return tellStories(option);
  await crashEverywhere(args, option);
}

const lifecycleAssumptions = { 'transaction-idle-ms': '500' };

/** Real processes: two updates of a stack, one that succeeds and one that is rolled back. */
async function* killing(options: SimulationOptions): AsyncGenerator<SimulationReport> {
  const world = await LifecycleWorld.open({ assumptions: lifecycleAssumptions });
  try {
    for (const rest of ['fails', 'succeeds'] as const) yield await killProcesses(world, rest, options);
  } finally {
    await world.close();
  }
}

/** Everything but the processes is real: the databases, the SDK clients, the wire. */
async function* simulating(only: string, options: SimulationOptions): AsyncGenerator<SimulationReport> {
  const chosen = scenarios.filter(({ name }) => name.includes(only));
  if (chosen.length === 0) {
    throw new Error(`No scenario contains "${only}". There are: ${scenarios.map(({ name }) => name).join(', ')}`);
  }
  const world = await SimulationWorld.open();
  try {
    for (const scenario of chosen) yield await simulate(world, scenario, options);
  } finally {
    await world.close();
  }
}

type Option = (name: string) => string | undefined;

/** Random orders of events in memory, shrunk to the shortest story that breaks a promise. */
async function tellStories(option: Option): Promise<void> {
  const numRuns = whole('--runs', option('--runs') ?? '1000');
  const seed = Number(option('--seed') ?? Date.now() % 2 ** 31);
  let told = 0;
  const property = fc.asyncProperty(story, fc.scheduler(), async ({ operations }, scheduler) => {
    await tell(operations, scheduler);
    told += 1;
  });
  const details = await fc.check(property, { numRuns, seed, path: option('--path') });
  if (details.failed) console.info(`${await fc.asyncDefaultReportMessage(details)}\n${String(details.errorInstance)}`);
  const path = details.failed ? ` --path ${details.counterexamplePath}` : '';
  console.info(
    `seed ${seed}${path}: ${numRuns} stories, ${details.failed ? `a promise broken after ${told}` : `${told} converged`}`,
  );
  process.exitCode = details.failed ? 1 : 0;
}

function whole(name: string, value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new Error(`${name} must be a whole number, got "${value}".`);
}

async function crashEverywhere(args: readonly string[], option: Option): Promise<void> {
  const options: SimulationOptions = {
    stride: Math.max(1, whole('--stride', option('--stride') ?? '1')),
    offset: whole('--offset', option('--offset') ?? '0'),
    onCrashPoint: args.includes('--verbose') ? (crash) => console.info(`  ${crash}`) : undefined,
  };
  const reports = args.includes('--processes') ? killing(options) : simulating(option('--scenario') ?? '', options);
  let crashPoints = 0;
  let failed = 0;
  for await (const { scenario, effects, crashPoints: tried, failures } of reports) {
    crashPoints += tried;
    failed += failures.length;
    console.info(`${scenario}: ${effects} effects, ${tried} crash points, ${tried - failures.length} converged`);
    for (const { crash, problem } of failures) console.info(`  ${crash}: ${problem}`);
  }
  console.info(`${crashPoints} crash points, ${crashPoints - failed} converged`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/** The engine's log lines are not what this prints. */
function quiet(): void {
  console.log = () => undefined;
  console.warn = () => undefined;
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
