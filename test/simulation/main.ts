import { scenarios } from './scenarios';
import { simulate } from './simulate';
import { SimulationWorld } from './world';

/** `npm run simulate -- [--scenario TEXT] [--stride N] [--offset N] [--verbose]` */
async function main(args: readonly string[]): Promise<void> {
  const option = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  const only = option('--scenario') ?? '';
  const stride = Number(option('--stride') ?? 1);
  const offset = Number(option('--offset') ?? 0);
  const onCrashPoint = args.includes('--verbose') ? (crash: string) => console.log(`  ${crash}`) : undefined;
  const chosen = scenarios.filter(({ name }) => name.includes(only));
  if (chosen.length === 0)
    throw new Error(`No scenario contains "${only}". There are: ${scenarios.map(({ name }) => name).join(', ')}`);
  quiet();
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
