import { MemoryWorld, sqlMigration } from '../../test/support/memory-world';

/** Plans and runs so many pending SQL migrations over the memory ports, and rolls them back. */
const count = Number(process.argv[2]);

async function main(): Promise<void> {
  const world = new MemoryWorld();
  const migrations = Array.from({ length: count }, (_, index) => sqlMigration(`1.${index}.0`));
  const properties = world.revision('bench', migrations);

  const up = await processorTime(() => world.migrations('Create', properties), 'SUCCESS');
  expectStatements(world, count);
  world.stackIs('ROLLBACK_IN_PROGRESS');
  const undo = await processorTime(() => world.migrations('Delete', properties), 'SUCCESS');
  expectStatements(world, 0);
  console.log(JSON.stringify({ up, undo }));
}

/** Seconds. */
async function processorTime(work: () => Promise<{ readonly status: string }>, expected: string): Promise<number> {
  const before = process.cpuUsage();
  const { status } = await work();
  const { user, system } = process.cpuUsage(before);
  if (status !== expected) throw new Error(`The outcome is ${status} instead of ${expected}.`);
  return (user + system) / 1e6;
}

function expectStatements({ users }: MemoryWorld, expected: number): void {
  const { length } = users.statements;
  if (length !== expected) throw new Error(`${length} statements took effect instead of ${expected}.`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
