import type { BundledMigration, Phase } from '../../core/bundle/bundle';
import { sha256 } from '../../core/bundle/checksum';
import type { DataAction } from '../../core/bundle/data-action';
import type { SeedPart, SeedSource } from '../../core/bundle/seed';
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

/** What the bundler makes of a CSV file with these rows: parts of so many. */
export function seedOf({ bundles }: MemoryWorld, rows: readonly Item[], rowsOfPart: number): SeedSource {
  const columns = Object.keys(rows[0]!);
  const texts = rows.map((row, index) => `${JSON.stringify([index + 2, ...columns.map((name) => row[name])])}\n`);
  const parts: SeedPart[] = [];
  let at = 0;
  for (let from = 0; from < texts.length; from += rowsOfPart) {
    const own = texts.slice(from, from + rowsOfPart);
    const bytes = Buffer.from(own.join(''));
    parts.push({ at, bytes: bytes.length, rows: own.length, digest: sha256(bytes) });
    at += bytes.length;
  }
  const bytes = Buffer.from(texts.join(''));
  bundles.seeds.set(sha256(bytes), bytes);
  return { file: 'people.csv', digest: sha256(bytes), rows: rows.length, columns, parts };
}
