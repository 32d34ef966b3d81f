import type { DataPlace } from '../bundle/data-action';
import type { HeldLease, ItemTable, Ports } from '../ports';
import type { TargetProperties } from '../wire';

/** What opens the tables of targets for work under a lease. */
export function tablesOf(
  ports: Ports,
  targets: Readonly<Record<string, TargetProperties>>,
  lease: HeldLease,
): (place: DataPlace) => Promise<ItemTable> {
  return async ({ target, table }) => (await ports.targets.open(target, targets[target]!, lease)).items!.table(table);
}
