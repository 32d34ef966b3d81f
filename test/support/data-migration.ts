import type { BundledMigration, Phase } from '../../core/bundle/bundle';
import type { DataAction } from '../../core/bundle/data-action';
import type { DataFunctions, Item } from '../../core/ports';
import { createTable, type MemoryWorld, tableMigration } from './memory-world';

export const place = (table: string) => ({ target: 'meals', table });

type DataPhase = 'backfill' | 'verify' | 'sweep' | 'contract';

/** A data migration of target `meals` that works on the table `people`, unless said otherwise. */
export function dataMigration(
  world: MemoryWorld,
  version: string,
  functions: DataFunctions,
  change: Partial<DataAction> = {},
  phases: readonly DataPhase[] = ['backfill', 'verify'],
): BundledMigration {
  const action: DataAction = {
    ...{ type: 'data', pass: 'write', source: place('people'), existing: 'keep', undo: 'before-image' },
    ...{ segments: 3, mayFail: 0, finish: 'application', ...change },
  };
  world.bundles.modules.set(`meals/${version}`, { codeLines: [], ...functions });
  const check: DataAction = { ...action, pass: 'check' };
  const actionsOf: Readonly<Record<DataPhase, Phase['actions']>> = {
    backfill: [action],
    verify: [phases.includes('sweep') ? { ...check, letsFormerPass: true } : check],
    sweep: [action, check],
    contract: [action, check],
  };
  return {
    ...tableMigration(version, []),
    kind: 'data',
    code: '-',
    phases: phases.map((name) => ({ name, actions: actionsOf[name] })),
  };
}

/** Splits `name` into `first` and `last`. */
export function split(item: Item): Item {
  if (typeof item['name'] !== 'string') return item;
  const [first, last] = item['name'].split(' ');
  return { ...item, name: undefined, first, last };
}

/** Items of the former shape. */
export function people(count: number): readonly Item[] {
  return Array.from({ length: count }, (_, id) => ({ id: `p${id}`, name: `First${id} Last${id}`, age: id }));
}

/** Makes the tables that the migrations work on. */
export const peopleTables = tableMigration('1.0.0', [createTable('people'), createTable('copies')]);

/** Items by their keys, as the tables of the memory keep them. */
export function byKey(items: readonly Item[]): ReadonlyMap<string, Item> {
  return new Map(items.map((item) => [JSON.stringify(item['id']), item]));
}
