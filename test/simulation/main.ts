import fc from 'fast-check';
import { story, tell } from './random-story';
import { scenarios } from './scenarios';
import { simulate } from './simulate';
import { SimulationWorld } from './world';

const usage = `npm run simulate                      kill a process at every effect of every scenario
  --scenario TEXT                     only scenarios whose name contains TEXT
  --stride N [--offset N]             only every N-th crash point
  --verbose                           name each crash point
npm run simulate -- --runs R [--seed S]   R random stories instead: orders of events, deaths, duplicates, losses
  --seed S --path P                   tell one story again, as a failure prints them`;

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return console.info(usage);
  const option = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  quiet();
  if (args.includes('--runs') || args.includes('--seed')) return tellStories(option);
  await crashEverywhere(args, option);
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
  throw new Error(`${name} is "${value}", a whole number is expected.`);
}

async function crashEverywhere(args: readonly string[], option: Option): Promise<void> {
  const only = option('--scenario') ?? '';
  const stride = Math.max(1, whole('--stride', option('--stride') ?? '1'));
  const offset = whole('--offset', option('--offset') ?? '0');
  const onCrashPoint = args.includes('--verbose') ? (crash: string) => console.log(`  ${crash}`) : undefined;
  const chosen = scenarios.filter(({ name }) => name.includes(only));
  if (chosen.length === 0)
    throw new Error(`No scenario contains "${only}". There are: ${scenarios.map(({ name }) => name).join(', ')}`);
  const world = await SimulationWorld.open();
  let crashPoints = 0;
  let failed = 0;
  try {
    for (const scenario of chosen) {
      const startedAt = Date.now();
      const report = await simulate(world, scenario, { stride, offset, onCrashPoint });
      crashPoints += report.crashPoints;
      failed += report.failures.length;
      const seconds = ((Date.now() - startedAt) / 1000).toFixed(0);
      console.info(
        `${scenario.name}: ${report.effects} effects, ${report.crashPoints} crash points, ${report.crashPoints - report.failures.length} converged (${seconds} s)`,
      );
      for (const { crash, problem } of report.failures) console.info(`  ${crash}: ${problem}`);
    }
  } finally {
    await world.close();
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
